import { Beat } from '../../../feed/index.js';
import type { Liquidation } from '../../../market/index.js';
import { type ChannelContext, type OpenChannel, messageHead } from '../channel.js';
import type { Instrument } from '../instruments.js';

const PERIOD_MS = 500;

/** `allLiquidation.{symbol}`: the positions that were closed in the last half second. Ids are the liquidations'. */
export const allLiquidation: OpenChannel = (context, instrument, topic) => {
  const { time } = context;
  const start = time.marketNow();
  const beat = new Beat(PERIOD_MS, instrument.market.spec.rank, start);
  let nextId = instrument.contract?.nextLiquidationId(start) ?? 0;
  return {
    symbol: instrument.name,
    get nextId() {
      return nextId;
    },
    poll: (marketMs) => {
      if (!beat.due(marketMs)) return [];
      const closed = instrument.contract?.liquidations(nextId, marketMs) ?? [];
      if (closed.length === 0) return [];
      const firstId = nextId;
      nextId += closed.length;
      const rows = closed.map((liquidation) => row(context, instrument, liquidation));
      const text = `${messageHead(instrument, topic, 'snapshot', time.stamp())},"data":[${rows.join(',')}]}`;
      return [{ firstId, lastId: nextId - 1, frame: () => text }];
    },
  };
};

// The side is the position's: `Buy` when a long one was sold out.
function row({ time }: ChannelContext, instrument: Instrument, { marketMs, ticks, lots, sold }: Liquidation): string {
  const what = `"S":"${sold ? 'Buy' : 'Sell'}","v":"${instrument.quantity(lots)}","p":"${instrument.price(ticks)}"`;
  return `{"T":${time.stampOf(marketMs)},"s":"${instrument.name}",${what}}`;
}
