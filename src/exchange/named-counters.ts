const LONGEST_NAME = 100;
const OTHER = '(other)';

/** Counters by name. Names beyond the bound, and overlong ones, share `(other)`: whoever sends may choose them. */
export class NamedCounters {
  readonly #bound: number;
  readonly #counts = new Map<string, number>();

  constructor(bound: number) {
    this.#bound = bound;
  }

  get size(): number {
    return this.#counts.size;
  }

  count(name: string): void {
    const known = this.#counts.get(name);
    if (known !== undefined) this.#counts.set(name, known + 1);
    else if (name.length <= LONGEST_NAME && this.#counts.size < this.#bound) this.#counts.set(name, 1);
    else this.#counts.set(OTHER, (this.#counts.get(OTHER) ?? 0) + 1);
  }

  view(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
