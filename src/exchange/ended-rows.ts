/** What a store of rows may hold. */
export interface RowBound {
  readonly rows: number;
  /** Σ of what the rows weigh. */
  readonly weight: number;
}

type Weigh<T> = (row: T) => number;

/** Rows that ended and wait for the next snapshot. Beyond the bound they are counted and let go. */
export class EndedRows<T> {
  readonly #bound: RowBound;
  readonly #weigh: Weigh<T>;
  #rows: T[] = [];
  #weight = 0;
  #dropped = 0;

  constructor(bound: RowBound, weigh: Weigh<T>) {
    this.#bound = bound;
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#rows.length;
  }

  get weight(): number {
    return this.#weight;
  }

  get dropped(): number {
    return this.#dropped;
  }

  add(row: T): void {
    const weight = this.#weight + this.#weigh(row);
    if (this.#rows.length < this.#bound.rows && weight <= this.#bound.weight) {
      this.#rows.push(row);
      this.#weight = weight;
    } else this.#dropped += 1;
  }

  /** Hands the rows out, once. */
  take(): T[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#weight = 0;
    return rows;
  }
}

/** The last rows that ended. Beyond the bound the oldest make room. */
export class RecentRows<T> {
  readonly #bound: RowBound;
  readonly #weigh: Weigh<T>;
  readonly #rows: T[] = [];
  #weight = 0;

  constructor(bound: RowBound, weigh: Weigh<T>) {
    this.#bound = bound;
    this.#weigh = weigh;
  }

  get rows(): readonly T[] {
    return this.#rows;
  }

  get weight(): number {
    return this.#weight;
  }

  add(row: T): void {
    this.#rows.push(row);
    this.#weight += this.#weigh(row);
    while (this.#rows.length > this.#bound.rows || this.#weight > this.#bound.weight) {
      const oldest = this.#rows.shift();
      if (oldest !== undefined) this.#weight -= this.#weigh(oldest);
    }
  }
}
