const WINDOW_MS = 1000;
const ALLOWED = 5;

/** Watches how many messages arrive within any second: a strictly rolling window, not a calendar one. */
export class InboundRate {
  readonly #arrivals: number[] = [];

  /** Notes an arrival; true when it is one more than the venue allows in a second. */
  exceededBy(nowMs: number): boolean {
    const earliest = this.#arrivals.length === ALLOWED ? this.#arrivals.shift() : undefined;
    this.#arrivals.push(nowMs);
    return earliest !== undefined && nowMs - earliest <= WINDOW_MS;
  }
}
