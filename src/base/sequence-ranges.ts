/** A set of integers kept as sorted, disjoint, inclusive ranges: constant memory while what arrives is contiguous. */
export class SequenceRanges {
  #ranges: [number, number][];

  constructor(ranges: readonly (readonly [number, number])[] = []) {
    this.#ranges = [];
    for (const [first, last] of ranges) this.add(first, last);
  }

  /** Adds first…last and returns how many of them were there already. */
  add(first: number, last: number): number {
    const tail = this.#ranges.at(-1);
    if (!tail || first > tail[1] + 1) {
      this.#ranges.push([first, last]);
      return 0;
    }
    if (first === tail[1] + 1) {
      tail[1] = last;
      return 0;
    }
    return this.#insert(first, last);
  }

  /** How many integers are in the set. */
  get size(): number {
    return this.#ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }

  get ranges(): readonly (readonly [number, number])[] {
    return this.#ranges;
  }

  /** How many integers of first…last are in the set. */
  overlap(first: number, last: number): number {
    return this.#ranges.reduce((sum, range) => sum + overlapOf(range, first, last), 0);
  }

  #insert(first: number, last: number): number {
    const before = this.#ranges.filter((range) => range[1] < first - 1);
    const after = this.#ranges.filter((range) => range[0] > last + 1);
    const touched = this.#ranges.slice(before.length, this.#ranges.length - after.length);
    const repeated = touched.reduce((sum, range) => sum + overlapOf(range, first, last), 0);
    const merged: [number, number] = [
      Math.min(first, touched[0]?.[0] ?? first),
      Math.max(last, touched.at(-1)?.[1] ?? last),
    ];
    this.#ranges = [...before, merged, ...after];
    return repeated;
  }
}

function overlapOf(range: readonly [number, number], first: number, last: number): number {
  return Math.max(0, Math.min(range[1], last) - Math.max(range[0], first) + 1);
}
