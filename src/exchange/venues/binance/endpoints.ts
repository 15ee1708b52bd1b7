import { type Endpoint, pingEndpoint, requiredSymbol, timeEndpoint } from '../binance-common/endpoint.js';
import type { SnapshotWriter } from '../binance-common/depth.js';
import { findInterval } from '../binance-common/intervals.js';
import { klinesEndpoint } from '../binance-common/klines.js';
import { tradeEndpoints } from '../binance-common/trades.js';
import { averagePrice } from './average-price.js';
import { exchangeInfo } from './exchange-info.js';
import type { BinanceRules } from './rules.js';
import { bookTicker, dayTicker, priceTicker, rollingTicker, tradingDayTicker } from './tickers.js';

const DEEPEST = 5_000;
const KLINES_WEIGHT = 2;

/** The paths of `/api/v3` for market data. */
export function spotEndpoints(snapshots: SnapshotWriter, rules: BinanceRules): Readonly<Record<string, Endpoint>> {
  const trades = tradeEndpoints({
    recentWeight: 25,
    historicalWeight: 25,
    aggregateWeight: 4,
    tradeTail: ',"isBestMatch":true',
    aggregateTail: ',"M":true',
  });
  const klines = klinesEndpoint({
    parameters: ['symbol', 'interval', 'startTime', 'endTime', 'timeZone', 'limit'],
    maximum: 1_000,
    interval: findInterval,
    weigh: () => KLINES_WEIGHT,
  });
  return {
    '/api/v3/ping': pingEndpoint,
    '/api/v3/time': timeEndpoint,
    '/api/v3/exchangeInfo': exchangeInfo(rules),
    '/api/v3/depth': depth(snapshots),
    '/api/v3/trades': trades.recent,
    '/api/v3/historicalTrades': trades.historical,
    '/api/v3/aggTrades': trades.aggregate,
    '/api/v3/klines': klines,
    '/api/v3/uiKlines': klines,
    '/api/v3/avgPrice': averagePrice,
    '/api/v3/ticker': rollingTicker,
    '/api/v3/ticker/24hr': dayTicker,
    '/api/v3/ticker/tradingDay': tradingDayTicker,
    '/api/v3/ticker/price': priceTicker,
    '/api/v3/ticker/bookTicker': bookTicker,
  };
}

function depth(snapshots: SnapshotWriter): Endpoint {
  return {
    parameters: ['symbol', 'limit', 'symbolStatus'],
    answer: (context, parameters) => {
      const symbol = requiredSymbol(context, parameters);
      const limit = parameters.limit(100, DEEPEST);
      const change = symbol.market.book.changeAt(context.time.marketNow());
      return { body: snapshots.json(symbol, change, limit), weight: depthWeight(limit) };
    },
  };
}

function depthWeight(limit: number): number {
  if (limit <= 100) return 5;
  if (limit <= 500) return 25;
  return limit <= 1000 ? 50 : 250;
}
