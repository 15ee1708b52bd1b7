import type { BookLevel, BookSideView } from './contracts.js';

/**
 * One side of a book as a sorted array, the best level last: nearly all changes are near the best level, where an array
 * moves little, and a search by halves costs less than a tree.
 */
export class BookSide implements BookSideView {
  /** 1 where higher prices are better. */
  readonly #sign: 1 | -1;
  readonly #ranks: number[] = [];
  readonly #levels: BookLevel[] = [];

  constructor(side: 'bids' | 'asks') {
    this.#sign = side === 'bids' ? 1 : -1;
  }

  get size(): number {
    return this.#levels.length;
  }

  get best(): BookLevel | undefined {
    return this.#levels.at(-1);
  }

  /** The best price as a number; the worst there is when the side is empty. */
  get bestPrice(): number {
    const rank = this.#ranks.at(-1);
    return rank === undefined ? this.#sign * Number.NEGATIVE_INFINITY : this.#sign * rank;
  }

  top(count: number): readonly BookLevel[] {
    return count > 0 ? this.#levels.slice(-count).reverse() : [];
  }

  /** Puts the level in its place, or takes it away when its size is zero. */
  set(level: BookLevel): void {
    const rank = this.#sign * Number(level[0]);
    const at = this.#find(rank);
    const there = this.#ranks[at] === rank;
    if (Number(level[1]) === 0) {
      if (!there) return;
      this.#ranks.splice(at, 1);
      this.#levels.splice(at, 1);
    } else if (there) this.#levels[at] = level;
    else {
      this.#ranks.splice(at, 0, rank);
      this.#levels.splice(at, 0, level);
    }
  }

  /** Takes over a whole side, in any order. */
  replace(levels: readonly BookLevel[]): void {
    const sorted = levels
      .map((level) => ({ rank: this.#sign * Number(level[0]), level }))
      .sort((one, other) => one.rank - other.rank);
    this.#ranks.length = 0;
    this.#levels.length = 0;
    for (const { rank, level } of sorted) {
      this.#ranks.push(rank);
      this.#levels.push(level);
    }
  }

  /** Lets go of the worst levels beyond so many. */
  trim(most: number): void {
    const excess = this.#levels.length - most;
    if (excess <= 0) return;
    this.#ranks.splice(0, excess);
    this.#levels.splice(0, excess);
  }

  /** The first place whose rank is not below. */
  #find(rank: number): number {
    let [low, high] = [0, this.#ranks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranks[middle] ?? 0) < rank) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
