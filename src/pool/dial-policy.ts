// Weight of the newest value in the running means; about the last ten values count.
const NEWEST = 0.2;

/**
 * Whether a dial is worth its while for a waiter: not while the releases to be expected serve it sooner. A waiter is
 * held for at most as long as a dial takes, which bounds the loss to twice the best (the ski-rental argument).
 */
export class DialPolicy {
  readonly #enabled: boolean;
  #useMs: number | undefined;
  #setupMs: number | undefined;

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  used(ms: number): void {
    this.#useMs = blend(this.#useMs, ms);
  }

  setUp(ms: number): void {
    this.#setupMs = blend(this.#setupMs, ms);
  }

  /**
   * The time until which to hold back the dial for a waiter at `position` (from 0), with `slots` leases out; in the
   * past when it is to be dialled for at once. Nothing is held before a use and a dial have been seen.
   */
  holdUntilMs(waitingSinceMs: number, position: number, slots: number): number {
    if (!this.#enabled || this.#useMs === undefined || this.#setupMs === undefined || slots === 0) {
      return Number.NEGATIVE_INFINITY;
    }
    const expectedWaitMs = Math.ceil((position + 1) / slots) * this.#useMs;
    return expectedWaitMs < this.#setupMs ? waitingSinceMs + this.#setupMs : Number.NEGATIVE_INFINITY;
  }
}

function blend(mean: number | undefined, ms: number): number {
  return mean === undefined ? ms : mean + NEWEST * (ms - mean);
}
