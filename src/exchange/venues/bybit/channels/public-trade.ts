import type { FeedEvent } from '../../../feed/index.js';
import type { Trade } from '../../../market/index.js';
import { type ChannelContext, type OpenChannel, messageHead } from '../channel.js';
import type { Instrument } from '../instruments.js';
import { TickTracker } from '../tick-direction.js';
import { executionId, takerSide } from '../trades.js';

const MOST_TRADES = 1024;

/** `publicTrade.{symbol}`: trades as they happen, those of a moment in one message. Ids are the trades'. */
export const publicTrade: OpenChannel = (context, instrument, topic) => {
  const { tape } = instrument.market;
  let nextId = tape.nextTradeId(context.time.marketNow());
  const directions = instrument.contract && new TickTracker(tape, nextId);
  return {
    symbol: instrument.name,
    get nextId() {
      return nextId;
    },
    poll: (marketMs) => {
      const trades = tape.trades(nextId, marketMs);
      const events: FeedEvent[] = [];
      for (let from = 0; from < trades.length; from += MOST_TRADES) {
        const batch = trades.slice(from, from + MOST_TRADES);
        const rows = batch.map((trade) => row(context, instrument, trade, directions));
        const text = `${messageHead(instrument, topic, 'snapshot', context.time.stamp())},"data":[${rows.join(',')}]}`;
        events.push({ firstId: nextId, lastId: nextId + batch.length - 1, frame: () => text });
        nextId += batch.length;
      }
      return events;
    },
  };
};

function row(
  { time }: ChannelContext,
  instrument: Instrument,
  trade: Trade,
  directions: TickTracker | undefined,
): string {
  const head = `"T":${time.stampOf(trade.marketMs)},"s":"${instrument.name}","S":"${takerSide(trade)}"`;
  const what = `"v":"${instrument.quantity(trade.lots)}","p":"${instrument.price(trade.ticks)}"`;
  const direction = directions ? `,"L":"${directions.next(trade.ticks)}"` : '';
  const ids = `"i":"${executionId(instrument, trade)}","BT":false,"RPI":false,"seq":${instrument.sequenceAt(trade.marketMs)}`;
  return `{${head},${what}${direction},${ids}}`;
}
