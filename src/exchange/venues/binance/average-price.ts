import type { EndpointContext, Endpoint } from '../binance-common/endpoint.js';
import { requiredSymbol } from '../binance-common/endpoint.js';
import { sentAt } from '../binance-common/channel.js';
import type { WriteReport } from '../binance-common/channels/periodic-channels.js';
import { meanTicks } from '../binance-common/statistics.js';
import type { BinanceSymbol } from '../binance-common/symbols.js';

const WEIGHT = 2;
const MINUTES = 5;

/** `GET /api/v3/avgPrice`: the volume-weighted price of five minutes. */
export const averagePrice: Endpoint = {
  parameters: ['symbol'],
  answer: (context, parameters) => {
    const symbol = requiredSymbol(context, parameters);
    const price = priceOf(symbol, context.time.marketNow());
    return { body: `{"mins":${MINUTES},"price":"${price}","closeTime":${context.time.stamp()}}`, weight: WEIGHT };
  },
};

/** `avgPrice`: the same as an event, with the time of the last trade. */
export const writeAveragePrice: WriteReport = ({ time }: EndpointContext, symbol, { marketMs, wallMs }) => {
  const { tape } = symbol.market;
  const last = tape.trades(tape.nextTradeId(marketMs) - 1, marketMs, 1)[0];
  const price = priceOf(symbol, marketMs);
  return (unit) =>
    `{"e":"avgPrice","E":${sentAt(wallMs, unit)},"s":"${symbol.name}","i":"${MINUTES}m","w":"${price}","T":${time.stampOf(last?.marketMs ?? marketMs, unit)}}`;
};

function priceOf(symbol: BinanceSymbol, marketMs: number): string {
  return symbol.meanPrice(meanTicks(symbol.candles.bar(marketMs - MINUTES * 60_000, Infinity, marketMs)));
}
