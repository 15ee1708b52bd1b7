import type { Bar } from './bar.js';
import type { Candles } from './candles.js';
import type { Touch } from './order-book.js';
import type { MarketSymbol } from './synthetic-market.js';
import type { Trade } from './trade-tape.js';

/** The rolling 24 hours of one symbol, in ticks and lots. */
export interface DaySummary {
  readonly bar: Bar;
  /** Market time of the first moment that counts. */
  readonly fromMs: number;
  /** The newest trade. */
  readonly last: Trade | undefined;
  readonly touch: Touch;
}

export function daySummary({ book, tape }: MarketSymbol, candles: Candles, marketMs: number): DaySummary {
  const { bar, fromMs } = candles.day(marketMs);
  const last = tape.trades(tape.nextTradeId(marketMs) - 1, marketMs, 1)[0];
  return { bar, fromMs, last, touch: book.touch(book.changeAt(marketMs)) };
}
