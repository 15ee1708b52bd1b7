import { Beat } from '../../../feed/index.js';
import type { MarketSymbol, Touch } from '../../../market/index.js';
import type { Channel, ChannelContext, ChannelEvent, SymbolContext, VenueContext, WriteJson } from '../channel.js';
import { crossedBids, levelsJson } from '../depth.js';
import type { BinanceSymbol } from '../symbols.js';

/** What changed in a book, its levels in JSON. */
export interface Difference {
  /** Number of the change after which it begins, and of the last one in it. */
  readonly from: number;
  readonly to: number;
  readonly bids: string;
  readonly asks: string;
  /** Calendar time at which it is sent. */
  readonly wallMs: number;
}

export type WriteDifference = (context: SymbolContext, difference: Difference) => WriteJson;

/** What changed in the book since the last event. It covers all ids after the one before it. */
export function differenceChannel(context: ChannelContext, periodMs: number, write: WriteDifference): Channel {
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
      const event = differenceEvent(context, sent, change, write);
      sent = change;
      return [event];
    },
  };
}

function differenceEvent(context: SymbolContext, from: number, to: number, write: WriteDifference): ChannelEvent {
  const { symbol, time } = context;
  const { book } = symbol.market;
  const { bids, asks } = book.difference(from, to);
  const difference = { from, to, asks: levelsJson(symbol, asks), wallMs: time.now() };
  const right = { ...difference, bids: levelsJson(symbol, bids) };
  return {
    firstId: book.updateId(from) + 1,
    lastId: book.updateId(to),
    json: write(context, right),
    crossed: (unit) =>
      write(context, { ...difference, bids: levelsJson(symbol, crossedBids(book.touch(to), bids)) })(unit),
  };
}

/** The top of a book at one of its changes. */
export interface TopOfBook {
  readonly change: number;
  /** The change of the event before. */
  readonly previous: number;
  readonly wallMs: number;
}

export interface SnapshotWriting {
  json(context: SymbolContext, top: TopOfBook): WriteJson;
  crossed(context: SymbolContext, top: TopOfBook): WriteJson;
}

/** The top of the book whenever it changed. An event has one id, the last of its change. */
export function snapshotChannel(context: ChannelContext, periodMs: number, write: SnapshotWriting): Channel {
  const { symbol, time } = context;
  const { book, spec } = symbol.market;
  const start = time.marketNow();
  const beat = new Beat(periodMs, spec.rank, start);
  let previous = book.changeAt(start);
  let nextId = book.updateId(previous);
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
      const top = { change, previous, wallMs: time.now() };
      previous = change;
      return [
        {
          firstId: id,
          lastId: id,
          json: write.json(context, top),
          crossed: (unit) => write.crossed(context, top)(unit),
        },
      ];
    },
  };
}

/** The best bid and ask after a change of either. */
export interface Quote extends Touch {
  readonly change: number;
  readonly id: number;
  readonly wallMs: number;
}

export type WriteQuote = (context: SymbolContext, quote: Quote) => WriteJson;

/** `<symbol>@bookTicker`: the best bid and ask after every change of either; ids are `u`. */
export function touchChannel(context: ChannelContext, write: WriteQuote): Channel {
  const { symbol, time } = context;
  const { book } = symbol.market;
  const touches = new TouchWatch(symbol, time.marketNow());
  return {
    get nextId() {
      return book.updateId(touches.seen) + 1;
    },
    poll: (marketMs) => {
      const quote = touches.next(marketMs, time.now());
      return quote ? [quoteEvent(context, quote, quote.id, write)] : [];
    },
  };
}

/** `!bookTicker`: the best bids and asks of all symbols, looked at every `periodMs`. Ids are a counter's. */
export function allTouchesChannel<M extends MarketSymbol>(
  { symbols, time, counter }: VenueContext<M>,
  periodMs: number,
  write: WriteQuote,
): Channel {
  const start = time.marketNow();
  const beat = new Beat(periodMs, 0, start);
  const watches = symbols.all.map((symbol) => ({ context: { symbol, time }, touches: new TouchWatch(symbol, start) }));
  return {
    get nextId() {
      return counter.next;
    },
    poll: (marketMs) => {
      if (!beat.due(marketMs)) return [];
      return watches.flatMap(({ context, touches }) => {
        const quote = touches.next(marketMs, time.now());
        return quote ? [quoteEvent(context, quote, counter.next++, write)] : [];
      });
    },
  };
}

/** Notices changes of one symbol's touch. */
class TouchWatch {
  readonly #symbol: BinanceSymbol;
  /** The change that was seen last. */
  seen: number;

  constructor(symbol: BinanceSymbol, marketMs: number) {
    this.#symbol = symbol;
    this.seen = symbol.market.book.changeAt(marketMs);
  }

  next(marketMs: number, wallMs: number): Quote | undefined {
    const { book } = this.#symbol.market;
    const change = book.changeAt(marketMs);
    if (change === this.seen) return undefined;
    this.seen = change;
    return { ...book.touch(change), change, id: book.updateId(change), wallMs };
  }
}

function quoteEvent(context: SymbolContext, quote: Quote, id: number, write: WriteQuote): ChannelEvent {
  return {
    firstId: id,
    lastId: id,
    json: write(context, quote),
    crossed: (unit) => write(context, { ...quote, bidTicks: quote.askTicks + 1 })(unit),
  };
}

/** The best bid and ask as both exchanges name them in their events. */
export function touchJson(symbol: BinanceSymbol, { bidTicks, bidLots, askTicks, askLots }: Touch): string {
  const bid = `"b":"${symbol.price(bidTicks)}","B":"${symbol.quantity(bidLots)}"`;
  return `${bid},"a":"${symbol.price(askTicks)}","A":"${symbol.quantity(askLots)}"`;
}
