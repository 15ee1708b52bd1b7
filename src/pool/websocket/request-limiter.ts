import type { Clock } from '../../base/index.js';

// Frames that left a second apart can arrive closer together; a tenth more keeps them inside the venue's limit.
const WINDOW_MS = 1100;

/**
 * Token bucket whose tokens come back one by one, a window after each was spent. So no second ever sees more than
 * `limit` frames; a bucket that refills steadily lets twice as many through in its first second.
 */
export class RequestLimiter {
  readonly #clock: Clock;
  readonly #spentAtMs: Float64Array;
  #oldest = 0;

  constructor(limit: number, clock: Clock) {
    this.#clock = clock;
    this.#spentAtMs = new Float64Array(limit).fill(Number.NEGATIVE_INFINITY);
  }

  /** Milliseconds until a token is there; 0 when one is. */
  waitMs(): number {
    const spentAtMs = this.#spentAtMs[this.#oldest] ?? 0;
    return Math.max(0, spentAtMs + WINDOW_MS - this.#clock.now());
  }

  /** Spends a token, whether one is there or not (a pong cannot wait). */
  spend(): void {
    this.#spentAtMs[this.#oldest] = this.#clock.now();
    this.#oldest = (this.#oldest + 1) % this.#spentAtMs.length;
  }
}
