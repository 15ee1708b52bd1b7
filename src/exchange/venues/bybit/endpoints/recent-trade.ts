import type { Trade } from '../../../market/index.js';
import { type BybitContext, type Endpoint, requiredInstrument } from '../endpoint.js';
import type { Instrument } from '../instruments.js';
import { executionId, takerSide } from '../trades.js';

/** `GET /v5/market/recent-trade`: newest first. */
export const recentTrade: Endpoint = (context, parameters) => {
  const category = parameters.category();
  const limit = category === 'spot' ? parameters.limit(60, 60) : parameters.limit(500, 1000);
  // Of options, the trades of a whole base coin can be asked for.
  const instrument = category === 'option' ? undefined : requiredInstrument(context, category, parameters);
  const rows = instrument ? newest(context, instrument, limit) : [];
  return `{"category":"${category}","list":[${rows.join(',')}]}`;
};

function newest(context: BybitContext, instrument: Instrument, limit: number): string[] {
  const { tape } = instrument.market;
  const now = context.time.marketNow();
  return tape
    .trades(tape.nextTradeId(now) - limit, now, limit)
    .reverse()
    .map((trade) => row(context, instrument, trade));
}

function row({ time }: BybitContext, instrument: Instrument, trade: Trade): string {
  const what = `"price":"${instrument.price(trade.ticks)}","size":"${instrument.quantity(trade.lots)}","side":"${takerSide(trade)}"`;
  const flags = `"isBlockTrade":false,"isRPITrade":false`;
  return `{"execId":"${executionId(instrument, trade)}","symbol":"${instrument.name}",${what},"time":"${time.stampOf(trade.marketMs)}",${flags},"seq":"${instrument.sequenceAt(trade.marketMs)}"}`;
}
