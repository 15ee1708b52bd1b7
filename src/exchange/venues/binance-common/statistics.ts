import type { VenueTime } from '../../feed/index.js';
import { type Bar, type Touch, daySummary } from '../../market/index.js';
import type { BinanceSymbol } from './symbols.js';

const MINUTE_MS = 60_000;

/** What a stretch of time did to a price, numbers already written as the venue does. */
export interface Statistics {
  readonly priceChange: string;
  readonly priceChangePercent: string;
  readonly weightedAveragePrice: string;
  readonly lastPrice: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly volume: string;
  readonly quoteVolume: string;
  /** Market time of the first moment that counts. */
  readonly fromMs: number;
  readonly firstTradeId: number;
  readonly lastTradeId: number;
  readonly trades: number;
}

/** The rolling 24 hours. */
export interface DayStatistics extends Statistics {
  readonly previousClose: string;
  readonly lastQuantity: string;
  readonly touch: Touch;
}

export function dayStatistics(symbol: BinanceSymbol, marketMs: number): DayStatistics {
  const { bar, fromMs, last, touch } = daySummary(symbol.market, symbol.candles, marketMs);
  return {
    ...statisticsOf(symbol, bar, fromMs),
    previousClose: symbol.price(bar.open),
    lastQuantity: symbol.quantity(last?.lots ?? 0),
    touch,
  };
}

/** A window of `lengthMs` up to now that opens on a whole minute of the calendar, so it may be a minute longer. */
export function windowStatistics(
  symbol: BinanceSymbol,
  { epochMs }: VenueTime,
  lengthMs: number,
  marketMs: number,
): Statistics {
  const openMs = Math.floor((marketMs - lengthMs + epochMs) / MINUTE_MS) * MINUTE_MS;
  return statisticsFrom(symbol, openMs - epochMs, marketMs);
}

/** Everything from `fromMs` until now, both in market time. */
export function statisticsFrom(symbol: BinanceSymbol, fromMs: number, marketMs: number): Statistics {
  return statisticsOf(symbol, symbol.candles.bar(fromMs, Infinity, marketMs), fromMs);
}

/** The volume-weighted price of a bar. */
export function meanTicks(bar: Bar): number {
  return bar.lots > 0 ? bar.value / bar.lots : bar.close;
}

function statisticsOf(symbol: BinanceSymbol, bar: Bar, fromMs: number): Statistics {
  const change = bar.close - bar.open;
  return {
    priceChange: symbol.price(change),
    priceChangePercent: ((change / bar.open) * 100).toFixed(3),
    weightedAveragePrice: symbol.meanPrice(meanTicks(bar)),
    lastPrice: symbol.price(bar.close),
    open: symbol.price(bar.open),
    high: symbol.price(bar.high),
    low: symbol.price(bar.low),
    volume: symbol.quantity(bar.lots),
    quoteVolume: symbol.amount(bar.value),
    fromMs,
    firstTradeId: bar.firstTradeId,
    lastTradeId: bar.endTradeId - 1,
    trades: bar.endTradeId - bar.firstTradeId,
  };
}
