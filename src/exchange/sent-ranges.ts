/** How many ranges all live subscriptions of a ledger may hold together, and how many were let go for it. */
export class RangeBudget {
  /** Ranges held now. */
  used = 0;
  dropped = 0;
  readonly #ofOne: number;
  readonly #ofAll: number;

  constructor(ofOne: number, ofAll: number) {
    this.#ofOne = ofOne;
    this.#ofAll = ofAll;
  }

  /** Must a subscription that holds `ranges` of them let one go? Its last one it may always keep. */
  isExceededBy(ranges: number): boolean {
    return ranges > this.#ofOne || (this.used > this.#ofAll && ranges > 1);
  }
}

/**
 * Ids sent on one subscription as sorted, disjoint, inclusive ranges. A stream that gaps again and again loses its
 * oldest ranges to the budget: what is kept was sent, and what was let go is counted.
 */
export class SentRanges {
  readonly #ranges: [number, number][] = [];
  readonly #budget: RangeBudget;

  constructor(budget: RangeBudget) {
    this.#budget = budget;
  }

  get ranges(): readonly (readonly [number, number])[] {
    return this.#ranges;
  }

  add(first: number, last: number): void {
    const tail = this.#ranges.at(-1);
    if (tail && first === tail[1] + 1) tail[1] = last;
    else if (!tail || first > tail[1]) this.#replace(this.#ranges.length, 0, [first, last]);
    else this.#merge(first, last);
  }

  /** Gives the ranges back to the budget. The subscription is over. */
  release(): void {
    this.#budget.used -= this.#ranges.length;
    this.#ranges.length = 0;
  }

  // Repeated or late ids are near the end, so that the search begins there.
  #merge(first: number, last: number): void {
    let end = this.#ranges.length;
    while ((this.#ranges[end - 1]?.[0] ?? -Infinity) > last + 1) end -= 1;
    let begin = end;
    while ((this.#ranges[begin - 1]?.[1] ?? -Infinity) >= first - 1) begin -= 1;
    const touched = this.#ranges.slice(begin, end);
    const lowest = Math.min(first, touched[0]?.[0] ?? first);
    const highest = Math.max(last, touched.at(-1)?.[1] ?? last);
    this.#replace(begin, touched.length, [lowest, highest]);
  }

  #replace(at: number, count: number, range: [number, number]): void {
    this.#ranges.splice(at, count, range);
    this.#budget.used += 1 - count;
    while (this.#budget.isExceededBy(this.#ranges.length)) {
      this.#ranges.shift();
      this.#budget.used -= 1;
      this.#budget.dropped += 1;
    }
  }
}
