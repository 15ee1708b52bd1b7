import { hash32 } from './hash.js';
import { type PriceGrid, REWRITE_SLOTS, eachRewriteRun, rewriteSlot, versionAt } from './price-grid.js';

/** Levels read ahead on either side, a quarter of a percent of the price, so that the window seldom has to move. */
const MARGIN = 256;

/**
 * What is fixed about the levels around the price, read off the grid once: ticks, lives and seeds of quantities, and
 * which levels a change rewrites. As the price stays within a few percent of where it began, so does the window, and
 * it never holds more than some ten thousand levels (2,512 as a rule, 45 kB).
 */
export class GridWindow {
  readonly #grid: PriceGrid;
  readonly #levelKey: number;
  #first = 0;
  #ticks = new Int32Array(0);
  #lives = new Int32Array(0);
  #seeds = new Int32Array(0);
  /** Levels in the order of their rewrite slots, and where each slot starts. */
  #bySlot = new Int32Array(0);
  #slotStart = new Int32Array(0);

  constructor(grid: PriceGrid, levelKey: number) {
    this.#grid = grid;
    this.#levelKey = levelKey;
  }

  /** Makes sure that the levels from `low` to `high` can be asked for. */
  cover(low: number, high: number): void {
    if (low >= this.#first && high < this.#first + this.#ticks.length) return;
    const count = high - low + 1 + 2 * MARGIN;
    this.#first = low - MARGIN;
    this.#ticks = new Int32Array(count);
    this.#lives = new Int32Array(count);
    this.#seeds = new Int32Array(count);
    for (let i = 0; i < count; i += 1) {
      const level = this.#first + i;
      this.#ticks[i] = this.#grid.tickOf(level);
      this.#lives[i] = this.#grid.lifeOf(level);
      this.#seeds[i] = hash32(this.#levelKey, level);
    }
    this.#sortBySlot();
  }

  tickOf(level: number): number {
    return this.#ticks[level - this.#first] ?? 0;
  }

  /** A hash that changes whenever the level is rewritten. */
  hashOf(level: number, change: number): number {
    const i = level - this.#first;
    return hash32(this.#seeds[i] ?? 0, versionAt(this.#lives[i] ?? 0, change));
  }

  /** Calls back with the levels that some change after `from` up to `to` rewrites, in no order. */
  eachRewritten(from: number, to: number, visit: (level: number) => void): void {
    eachRewriteRun(from, to, (first, end) => {
      const last = this.#slotStart[end] ?? 0;
      for (let i = this.#slotStart[first] ?? 0; i < last; i += 1) visit(this.#bySlot[i] ?? 0);
    });
  }

  // A counting sort: how many in each slot, where each slot ends, then filled from the end.
  #sortBySlot(): void {
    const starts = new Int32Array(REWRITE_SLOTS + 1);
    for (const life of this.#lives) {
      const slot = rewriteSlot(life);
      starts[slot] = (starts[slot] ?? 0) + 1;
    }
    for (let slot = 1; slot <= REWRITE_SLOTS; slot += 1) starts[slot] = (starts[slot] ?? 0) + (starts[slot - 1] ?? 0);
    this.#bySlot = new Int32Array(this.#lives.length);
    for (const [i, life] of this.#lives.entries()) {
      const slot = rewriteSlot(life);
      const place = (starts[slot] ?? 0) - 1;
      starts[slot] = place;
      this.#bySlot[place] = this.#first + i;
    }
    this.#slotStart = starts;
  }
}
