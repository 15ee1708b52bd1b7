import type { Bar } from '../../market/index.js';
import type { CoinbaseProduct } from './products.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const MONTH_MS = 30 * 86_400_000;

/** What the venue says about the last 24 hours and 30 days, numbers already written. */
export interface Statistics {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly volume: string;
  readonly monthVolume: string;
}

/** Statistics by product. Tickers ask far more often than they change: a day is summed up once a second, a month once a minute. */
export class StatisticsBoard {
  readonly #written = new WeakMap<CoinbaseProduct, { readonly second: number; readonly statistics: Statistics }>();
  readonly #months = new WeakMap<CoinbaseProduct, { readonly minute: number; readonly lots: number }>();

  of(product: CoinbaseProduct, marketMs: number): Statistics {
    const second = Math.floor(marketMs / SECOND_MS);
    const kept = this.#written.get(product);
    if (kept?.second === second) return kept.statistics;
    const { bar } = product.candles.day(second * SECOND_MS);
    const statistics = {
      open: product.price(bar.open),
      high: product.price(bar.high),
      low: product.price(bar.low),
      volume: product.size(bar.lots),
      monthVolume: product.size(this.#monthLots(product, marketMs, bar)),
    };
    this.#written.set(product, { second, statistics });
    return statistics;
  }

  #monthLots(product: CoinbaseProduct, marketMs: number, day: Bar): number {
    const minute = Math.floor(marketMs / MINUTE_MS);
    const kept = this.#months.get(product);
    if (kept?.minute === minute) return Math.max(kept.lots, day.lots);
    const endMs = minute * MINUTE_MS;
    const { lots } = product.candles.bar(endMs - MONTH_MS, Infinity, endMs);
    this.#months.set(product, { minute, lots });
    return Math.max(lots, day.lots);
  }
}
