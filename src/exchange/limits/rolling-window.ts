/** Watches how many events fall within any stretch of time: a strictly rolling window, not a calendar one. */
export class RollingWindow {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #arrivals: number[] = [];

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Notes an event; true when it is one more than `limit` within the window that ends with it. */
  exceededBy(nowMs: number): boolean {
    const earliest = this.#arrivals.length === this.#limit ? this.#arrivals.shift() : undefined;
    this.#arrivals.push(nowMs);
    return earliest !== undefined && nowMs - earliest <= this.#windowMs;
  }
}
