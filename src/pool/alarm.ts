import type { Clock, TimerHandle } from '../base/index.js';

// Node turns longer delays into 1 ms; a longer wait takes several timers.
const LONGEST_MS = 2 ** 31 - 1;

/** One timer that can be moved. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: TimerHandle;
  #atMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at `atMs`, not at the time set before; never, when infinite. */
  set(atMs: number): void {
    if (atMs === this.#atMs) return;
    if (this.#atMs < Number.POSITIVE_INFINITY) this.#clock.clearTimeout(this.#timer);
    this.#atMs = atMs;
    if (atMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(0, atMs - this.#clock.now());
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#atMs = Number.POSITIVE_INFINITY;
        if (delayMs > LONGEST_MS) this.set(atMs);
        else this.#ring();
      },
      Math.min(LONGEST_MS, delayMs),
    );
  }

  /** Rings no later than `atMs`. */
  noLaterThan(atMs: number): void {
    if (atMs < this.#atMs) this.set(atMs);
  }

  clear(): void {
    this.set(Number.POSITIVE_INFINITY);
  }
}
