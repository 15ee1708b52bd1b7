import type { PerpetualSymbol } from '../../market/index.js';
import { SnapshotWriter } from '../binance-common/depth.js';
import { type Endpoint, pingEndpoint, requiredSymbol, timeEndpoint } from '../binance-common/endpoint.js';
import { klinesEndpoint } from '../binance-common/klines.js';
import { rejections } from '../binance-common/rest-errors.js';
import { tradeEndpoints } from '../binance-common/trades.js';
import { bookStamp } from './book-frames.js';
import { fundingInfo, fundingRate, openInterest, premiumIndex } from './contract-endpoints.js';
import { dataEndpoints } from './data-endpoints.js';
import { exchangeInfo } from './exchange-info.js';
import { findContractInterval } from './intervals.js';
import type { BinanceUsdmRules } from './rules.js';
import { bookTicker, dayTicker, priceTicker } from './tickers.js';

/** Depths that can be asked for, and their weights. */
const DEPTH_WEIGHTS: ReadonlyMap<number, number> = new Map([
  [5, 2],
  [10, 2],
  [20, 2],
  [50, 2],
  [100, 5],
  [500, 10],
  [1000, 20],
]);

/** The paths of `/fapi` and `/futures/data` for market data. */
export function futuresEndpoints(rules: BinanceUsdmRules): Readonly<Record<string, Endpoint<PerpetualSymbol>>> {
  const trades = tradeEndpoints({
    recentWeight: 5,
    historicalWeight: 20,
    aggregateWeight: 20,
    tradeTail: '',
    aggregateTail: '',
  });
  return {
    '/fapi/v1/ping': pingEndpoint,
    '/fapi/v1/time': timeEndpoint,
    '/fapi/v1/exchangeInfo': exchangeInfo(rules),
    '/fapi/v1/depth': depth(),
    '/fapi/v1/trades': trades.recent,
    '/fapi/v1/historicalTrades': trades.historical,
    '/fapi/v1/aggTrades': trades.aggregate,
    '/fapi/v1/klines': klinesEndpoint({
      parameters: ['symbol', 'interval', 'startTime', 'endTime', 'limit'],
      maximum: 1_500,
      interval: findContractInterval,
      weigh: klinesWeight,
    }),
    '/fapi/v1/premiumIndex': premiumIndex,
    '/fapi/v1/fundingRate': fundingRate,
    '/fapi/v1/fundingInfo': fundingInfo,
    '/fapi/v1/openInterest': openInterest,
    '/fapi/v1/ticker/24hr': dayTicker,
    '/fapi/v1/ticker/price': priceTicker,
    '/fapi/v2/ticker/price': priceTicker,
    '/fapi/v1/ticker/bookTicker': bookTicker,
    ...dataEndpoints,
  };
}

function depth(): Endpoint {
  // `E` is the time of the answer, so only what follows on it is kept.
  const sides = new SnapshotWriter((_id, bids, asks) => `"bids":${bids},"asks":${asks}}`);
  return {
    parameters: ['symbol', 'limit'],
    answer: ({ symbols, time }, parameters) => {
      const symbol = requiredSymbol({ symbols, time }, parameters);
      const limit = parameters.integer('limit') ?? 500;
      const weight = DEPTH_WEIGHTS.get(limit);
      if (weight === undefined) throw rejections.badDepthLimit(limit);
      const { book } = symbol.market;
      const change = book.changeAt(time.marketNow());
      const times = `"E":${time.stamp()},"T":${bookStamp(symbol, time, change)}`;
      const body = `{"lastUpdateId":${book.updateId(change)},${times},${sides.json(symbol, change, limit)}`;
      return { body, weight };
    },
  };
}

function klinesWeight(limit: number): number {
  if (limit < 100) return 1;
  if (limit < 500) return 2;
  return limit <= 1_000 ? 5 : 10;
}
