import { Beat, type Feed, type FeedEvent } from '../../../feed/index.js';
import { type ChannelContext, cadence, notification } from '../channel.js';
import type { DeribitInstrument } from '../instruments.js';
import { type TickedTrade, TradeReader, tradeJson } from '../trades.js';

/** `trades.{instrument}.{interval}`: all trades since the last message; ids are the trades'. */
export function instrumentTradesFeed(context: ChannelContext, instrument: DeribitInstrument, periodMs: number): Feed {
  const start = context.time.marketNow();
  const due = cadence(periodMs, instrument, start);
  const reader = new TradeReader(instrument, instrument.market.tape.nextTradeId(start));
  return {
    symbol: instrument.name,
    get nextId() {
      return reader.nextId;
    },
    poll: (marketMs) => {
      if (!due(marketMs)) return [];
      const trades = reader.read(marketMs);
      const batches = periodMs === 0 ? ordersOf(trades) : trades.length > 0 ? [trades] : [];
      return batches.map((batch) => batchEvent(context, instrument, batch));
    },
  };
}

/** `trades.{kind}.{currency}.{interval}`: trades of several instruments in the order of time; ids are a counter's. */
export function tradesOfKindFeed(
  context: ChannelContext,
  instruments: readonly DeribitInstrument[],
  periodMs: number,
): Feed {
  const { channel, counter, time } = context;
  const start = time.marketNow();
  const beat = periodMs > 0 ? new Beat(periodMs, 0, start) : undefined;
  const readers = instruments.map((instrument) => ({
    instrument,
    reader: new TradeReader(instrument, instrument.market.tape.nextTradeId(start)),
  }));
  return {
    symbol: '',
    get nextId() {
      return counter.next;
    },
    poll: (marketMs) => {
      if (beat && !beat.due(marketMs)) return [];
      const found = readers.flatMap(({ instrument, reader }) =>
        reader.read(marketMs).map((ticked) => ({ instrument, ticked })),
      );
      if (found.length === 0) return [];
      found.sort((x, y) => x.ticked.trade.marketMs - y.ticked.trade.marketMs);
      const id = counter.next++;
      const rows = found.map(({ instrument, ticked }) => tradeJson(context, instrument, ticked));
      return [notification(channel, `[${rows.join(',')}]`, { firstId: id, lastId: id })];
    },
  };
}

function batchEvent(context: ChannelContext, instrument: DeribitInstrument, trades: readonly TickedTrade[]): FeedEvent {
  const rows = trades.map((ticked) => tradeJson(context, instrument, ticked));
  const ids = { firstId: trades[0]?.trade.id ?? 0, lastId: trades.at(-1)?.trade.id ?? 0 };
  return notification(context.channel, `[${rows.join(',')}]`, ids);
}

/** The fills of each taker order together; they share their time. */
function ordersOf(trades: readonly TickedTrade[]): TickedTrade[][] {
  const orders: TickedTrade[][] = [];
  for (const ticked of trades) {
    const open = orders.at(-1);
    if (open?.[0]?.trade.marketMs === ticked.trade.marketMs) open.push(ticked);
    else orders.push([ticked]);
  }
  return orders;
}
