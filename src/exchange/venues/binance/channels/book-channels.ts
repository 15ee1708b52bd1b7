import { Beat } from '../../../feed/index.js';
import { type Channel, type ChannelContext, type ChannelEvent, sentAt } from '../channel.js';
import { levelsJson } from '../depth.js';

/** `<symbol>@depth`: what changed in the book since the last event; `U` follows on the previous `u`. */
export function differenceChannel(context: ChannelContext, periodMs: number): Channel {
  const { book, spec } = context.symbol.market;
  const start = context.time.marketNow();
  const beat = new Beat(periodMs, spec.rank, start);
  let sent = book.changeAt(start);
  return {
    get nextId() {
      return book.updateId(sent) + 1;
    },
    poll: (marketMs) => {
      if (!beat.due(marketMs)) return [];
      const change = book.changeAt(marketMs);
      if (change === sent) return [];
      const event = differenceEvent(context, sent, change);
      sent = change;
      return [event];
    },
  };
}

/** `<symbol>@depth<levels>`: the top of the book whenever it changed; ids are `lastUpdateId`. */
export function snapshotChannel(context: ChannelContext, levels: number, periodMs: number): Channel {
  const { book, spec } = context.symbol.market;
  const start = context.time.marketNow();
  const beat = new Beat(periodMs, spec.rank, start);
  let nextId = book.updateId(book.changeAt(start));
  return {
    get nextId() {
      return nextId;
    },
    poll: (marketMs) => {
      if (!beat.due(marketMs)) return [];
      const change = book.changeAt(marketMs);
      const id = book.updateId(change);
      if (id < nextId) return [];
      nextId = id + 1;
      const json = context.snapshots.json(context.symbol, change, levels);
      return [{ firstId: id, lastId: id, json: () => json }];
    },
  };
}

/** `<symbol>@bookTicker`: the best bid and ask after every change of either; ids are `u`. */
export function touchChannel(context: ChannelContext): Channel {
  const { symbol } = context;
  const { book } = symbol.market;
  let sent = book.changeAt(context.time.marketNow());
  return {
    get nextId() {
      return book.updateId(sent) + 1;
    },
    poll: (marketMs) => {
      const change = book.changeAt(marketMs);
      if (change === sent) return [];
      sent = change;
      const id = book.updateId(change);
      const { bidTicks, bidLots, askTicks, askLots } = book.touch(change);
      const bid = `"b":"${symbol.price(bidTicks)}","B":"${symbol.quantity(bidLots)}"`;
      const ask = `"a":"${symbol.price(askTicks)}","A":"${symbol.quantity(askLots)}"`;
      const json = `{"u":${id},"s":"${symbol.name}",${bid},${ask}}`;
      return [{ firstId: id, lastId: id, json: () => json }];
    },
  };
}

function differenceEvent({ symbol, time }: ChannelContext, from: number, to: number): ChannelEvent {
  const { book } = symbol.market;
  const { bids, asks } = book.difference(from, to);
  const wallMs = time.now();
  const firstId = book.updateId(from) + 1;
  const lastId = book.updateId(to);
  const levels = `"b":${levelsJson(symbol, bids)},"a":${levelsJson(symbol, asks)}`;
  return {
    firstId,
    lastId,
    json: (unit) =>
      `{"e":"depthUpdate","E":${sentAt(wallMs, unit)},"s":"${symbol.name}","U":${firstId},"u":${lastId},${levels}}`,
  };
}
