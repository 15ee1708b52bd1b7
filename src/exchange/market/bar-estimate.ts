import type { Bar } from './bar.js';
import type { OrderBook } from './order-book.js';
import type { TradeTape } from './trade-tape.js';

const ESTIMATE_SAMPLES = 32;
const MEAN_OF_TRADES = 200;

/** Bars of stretches too long to add up: exact trade counts, the mean trade's volume, prices from samples. */
export class BarEstimate {
  readonly #book: OrderBook;
  readonly #tape: TradeTape;
  #meanLots: number | undefined;

  constructor(book: OrderBook, tape: TradeTape) {
    this.#book = book;
    this.#tape = tape;
  }

  bar(fromMs: number, endMs: number): Bar {
    const firstTradeId = this.#tape.approximateTradeId(fromMs);
    const endTradeId = Math.max(firstTradeId, this.#tape.approximateTradeId(endMs));
    const prices = this.#samplePrices(fromMs, endMs);
    const open = prices[0] ?? 0;
    this.#meanLots ??= this.#sampleLots();
    const lots = Math.round((endTradeId - firstTradeId) * this.#meanLots);
    const value = lots * (prices.reduce((sum, ticks) => sum + ticks, 0) / prices.length);
    return {
      open,
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1) ?? open,
      lots,
      value,
      takerLots: Math.round(lots / 2),
      takerValue: value / 2,
      firstTradeId,
      endTradeId,
    };
  }

  // Samples stand at multiples of a power of two, so a window that slides keeps most of its points.
  #samplePrices(fromMs: number, endMs: number): number[] {
    const ticksAt = (marketMs: number): number => this.#book.bidTicks(this.#book.changeAt(marketMs));
    const stepMs = 2 ** Math.ceil(Math.log2(Math.max(1, endMs - fromMs) / ESTIMATE_SAMPLES));
    const prices = [ticksAt(fromMs)];
    for (let at = (Math.floor(fromMs / stepMs) + 1) * stepMs; at < endMs; at += stepMs) prices.push(ticksAt(at));
    prices.push(ticksAt(endMs));
    return prices;
  }

  #sampleLots(): number {
    const sample = this.#tape.trades(this.#tape.nextTradeId(0), Infinity, MEAN_OF_TRADES);
    return sample.reduce((sum, trade) => sum + trade.lots, 0) / sample.length;
  }
}
