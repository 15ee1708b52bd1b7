/** Credits that refill evenly up to a capacity; it starts full. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perMs: number;
  #tokens: number;
  #atMs = Number.NEGATIVE_INFINITY;

  /** `refillMs` is the time in which an empty bucket fills up. */
  constructor(capacity: number, refillMs: number) {
    this.#capacity = capacity;
    this.#perMs = capacity / refillMs;
    this.#tokens = capacity;
  }

  /** Takes `cost` credits; false, and nothing taken, when there are not as many. */
  take(cost: number, nowMs: number): boolean {
    const gained = Math.max(0, nowMs - this.#atMs) * this.#perMs;
    this.#tokens = Math.min(this.#capacity, this.#tokens + gained);
    this.#atMs = nowMs;
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }
}
