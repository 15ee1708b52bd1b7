import type { Instrument } from './instruments.js';

/** Depths of the book topics, and how often each is pushed at most. */
export const BOOK_PERIODS_MS: ReadonlyMap<number, number> = new Map([
  [1, 10],
  [50, 20],
  [200, 100],
  [1000, 200],
]);
/** Depth of the topic whose state REST shows. */
export const REST_DEPTH = 1000;
// Far from 1, which would say that the service was restarted.
const FIRST_ID = 18_000_000;

/**
 * When the book of one topic is pushed. A message stands for as many changes of the book as fall into the topic's
 * period, and for one change at least; so its number follows from the moment alone, and every connection sees the
 * same `u` for the same book.
 */
export class BookPace {
  readonly #instrument: Instrument;
  readonly #changesPerStep: number;

  constructor(instrument: Instrument, depth: number) {
    const periodMs = BOOK_PERIODS_MS.get(depth) ?? 0;
    this.#instrument = instrument;
    this.#changesPerStep = Math.max(1, Math.round(periodMs / instrument.market.spec.bookIntervalMs));
  }

  /** The last message that is due at this market time. */
  stepAt(marketMs: number): number {
    return Math.floor(this.#instrument.market.book.changeAt(marketMs) / this.#changesPerStep);
  }

  /** The change of the book that a message brings its reader to. */
  changeOf(step: number): number {
    return step * this.#changesPerStep;
  }

  /** `u` of a message: one more than that of the message before. */
  updateId(step: number): number {
    return FIRST_ID + step;
  }
}
