/** A set of integers from a range, one bit each, that is read in ascending order: no sorting, no repeats. */
export class AscendingSet {
  #low = 0;
  #words = new Int32Array(0);
  #used = 0;

  /** Empties the set and says which integers it will hold: `low` to `high`, inclusive. */
  reset(low: number, high: number): void {
    this.#low = low;
    this.#used = high < low ? 0 : ((high - low) >>> 5) + 1;
    if (this.#words.length < this.#used) this.#words = new Int32Array(this.#used);
    else this.#words.fill(0, 0, this.#used);
  }

  add(value: number): void {
    const place = value - this.#low;
    this.#words[place >>> 5] = (this.#words[place >>> 5] ?? 0) | (1 << (place & 31));
  }

  each(visit: (value: number) => void): void {
    for (let i = 0; i < this.#used; i += 1) {
      for (let word = this.#words[i] ?? 0; word !== 0; word &= word - 1) {
        visit(this.#low + i * 32 + (31 - Math.clz32(word & -word)));
      }
    }
  }
}
