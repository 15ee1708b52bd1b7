import type { Clock } from '../../base/index.js';
import type { Rate } from './protocol.js';

// What left a window apart can arrive closer together: a tenth of the window more, up to this, keeps it inside.
const MOST_SLACK_MS = 100;

/** How long a token is gone at a rate: a little longer than the venue's window, in milliseconds. */
export function rollingWindowMs({ perMs }: Rate): number {
  return perMs + Math.min(MOST_SLACK_MS, perMs / 10);
}

/**
 * Tokens that come back one by one, a window after each was spent. So no window ever sees more than `count` of them; a
 * bucket that refills steadily lets twice as many through in its first window.
 */
export class RollingLimit {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #spentAtMs: Float64Array;
  #oldest = 0;

  constructor(rate: Rate, clock: Clock) {
    this.#clock = clock;
    this.#windowMs = rollingWindowMs(rate);
    this.#spentAtMs = new Float64Array(rate.count).fill(Number.NEGATIVE_INFINITY);
  }

  /** Milliseconds until a token is there beside `reserve` others, which must be fewer than the count; 0 when one is. */
  waitMs(reserve = 0): number {
    const index = (this.#oldest + reserve) % this.#spentAtMs.length;
    const spentAtMs = this.#spentAtMs[index] ?? 0;
    return Math.max(0, spentAtMs + this.#windowMs - this.#clock.now());
  }

  /** Tokens that are there. */
  get free(): number {
    const { length } = this.#spentAtMs;
    const before = this.#clock.now() - this.#windowMs;
    let free = 0;
    while (free < length && (this.#spentAtMs[(this.#oldest + free) % length] ?? 0) <= before) free += 1;
    return free;
  }

  /** Spends a token, whether one is there or not (a pong cannot wait). */
  spend(): void {
    this.#spentAtMs[this.#oldest] = this.#clock.now();
    this.#oldest = (this.#oldest + 1) % this.#spentAtMs.length;
  }
}
