import type { PriceGrid } from './price-grid.js';

/**
 * Gathers the levels of one side that a run of changes touched: every place where the touch stood, grid levels that
 * came into the book or left it on the way, and those rewritten meanwhile. A level that ended as it began still
 * counts, since a reader may have seen it in between.
 */
export class Touched {
  readonly #grid: PriceGrid;
  readonly #ticks = new Set<number>();
  /** Grid levels inside the book at some moment … */
  #low = Infinity;
  #high = -Infinity;
  /** … and at every moment. */
  #innerLow = -Infinity;
  #innerHigh = Infinity;

  constructor(grid: PriceGrid) {
    this.#grid = grid;
  }

  /** Notes one state of the book: where the touch was, and the grid levels behind it (inclusive). */
  note(touchTicks: number, low: number, high: number): void {
    this.#ticks.add(touchTicks);
    this.#low = Math.min(this.#low, low);
    this.#high = Math.max(this.#high, high);
    this.#innerLow = Math.max(this.#innerLow, low);
    this.#innerHigh = Math.min(this.#innerHigh, high);
  }

  /** The ticks touched between two changes, in no order. */
  ticks(from: number, to: number): number[] {
    for (let level = this.#low; level <= this.#high; level += 1) {
      const stayed = level >= this.#innerLow && level <= this.#innerHigh;
      if (!stayed || this.#grid.versionOf(level, from) !== this.#grid.versionOf(level, to))
        this.#ticks.add(this.#grid.tickOf(level));
    }
    return [...this.#ticks];
  }
}
