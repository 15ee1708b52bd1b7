import { hash32 } from './hash.js';

// How often a level is rewritten, in changes of the book: 2^7 … 2^10, so that a full book of two thousand levels
// rewrites some 37 of them in five changes, as BTCUSDT does in 100 ms.
const SHORTEST_LIFE_BITS = 7;
const LIFE_CLASSES = 4;
/** Levels of a class are rewritten at one change in 2^bits; one slot for each. */
export const REWRITE_SLOTS = (1 << SHORTEST_LIFE_BITS) * ((1 << LIFE_CLASSES) - 1);
const LIFE_KEY = 0x5bd1e995;

/**
 * Where resting orders stand: one level in every stretch of `gap` ticks, at an irregular place within it. A level is
 * named by the number of its stretch, so a book at any moment is a range of numbers on either side of the touch.
 */
export class PriceGrid {
  readonly gap: number;
  readonly #key: number;
  readonly #lifeKey: number;

  constructor(key: number, initialTicks: number) {
    this.#key = key;
    this.#lifeKey = key ^ LIFE_KEY;
    this.gap = Math.max(1, Math.round(initialTicks * 1e-5));
  }

  tickOf(level: number): number {
    return level * this.gap + ((hash32(this.#key, level) >>> 8) % this.gap);
  }

  /** The highest level below `tick`. */
  below(tick: number): number {
    const level = Math.floor(tick / this.gap);
    return this.tickOf(level) < tick ? level : level - 1;
  }

  /** The lowest level above `tick`. */
  above(tick: number): number {
    const level = Math.floor(tick / this.gap);
    return this.tickOf(level) > tick ? level : level + 1;
  }

  /** Which of the rhythms of rewriting a level follows, as `versionAt` and `rewriteSlot` read it. */
  lifeOf(level: number): number {
    return hash32(this.#lifeKey, level);
  }
}

/** How many times a level of this life was rewritten until change number `change`: a quantity for every version. */
export function versionAt(life: number, change: number): number {
  return (change + (life >>> 16)) >> lifeBits(life);
}

/** A life's place among REWRITE_SLOTS: classes one after the other, within a class by the change that rewrites. */
export function rewriteSlot(life: number): number {
  return slotOfChange(lifeBits(life), -(life >>> 16));
}

/** Calls back with the runs of slots (`end` excluded) that some change after `from` up to `to` rewrites. */
export function eachRewriteRun(from: number, to: number, visit: (first: number, end: number) => void): void {
  for (let bits = SHORTEST_LIFE_BITS; bits < SHORTEST_LIFE_BITS + LIFE_CLASSES; bits += 1) {
    const size = 1 << bits;
    const count = Math.min(size, to - from);
    const first = slotOfChange(bits, from + 1);
    const endOfClass = 2 * size - (1 << SHORTEST_LIFE_BITS);
    visit(first, Math.min(first + count, endOfClass));
    // Changes come round to the start of their class.
    if (first + count > endOfClass) visit(endOfClass - size, first + count - size);
  }
}

function lifeBits(life: number): number {
  return SHORTEST_LIFE_BITS + (life & (LIFE_CLASSES - 1));
}

function slotOfChange(bits: number, change: number): number {
  return (1 << bits) - (1 << SHORTEST_LIFE_BITS) + (change & ((1 << bits) - 1));
}
