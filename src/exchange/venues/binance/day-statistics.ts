import { type Bar, type Touch, daySummary } from '../../market/index.js';
import type { BinanceSymbol } from './symbols.js';

/** The rolling 24 hours of one symbol, numbers already written as the venue does. */
export interface DayStatistics {
  readonly priceChange: string;
  readonly priceChangePercent: string;
  readonly weightedAveragePrice: string;
  readonly previousClose: string;
  readonly lastPrice: string;
  readonly lastQuantity: string;
  readonly touch: Touch;
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

export function dayStatistics(symbol: BinanceSymbol, marketMs: number): DayStatistics {
  const { bar, fromMs, last, touch } = daySummary(symbol.market, symbol.candles, marketMs);
  const change = bar.close - bar.open;
  return {
    priceChange: symbol.price(change),
    priceChangePercent: ((change / bar.open) * 100).toFixed(3),
    weightedAveragePrice: symbol.meanPrice(meanTicks(bar)),
    previousClose: symbol.price(bar.open),
    lastPrice: symbol.price(bar.close),
    lastQuantity: symbol.quantity(last?.lots ?? 0),
    touch,
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

function meanTicks(bar: Bar): number {
  return bar.lots > 0 ? bar.value / bar.lots : bar.close;
}
