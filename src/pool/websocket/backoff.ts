import type { Clock, Random } from '../../base/index.js';

/** Bounds of the delay before dialling again, in milliseconds. */
export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
  /** How long a connection must hold before earlier failures are forgotten; `maxMs` when left out. */
  readonly stableAfterMs?: number;
}

/**
 * Exponential backoff with full jitter (M. Brooker, "Exponential Backoff And Jitter"): the delay is uniform between
 * zero and a bound that doubles with every failure in a row. The first one is delayed too: when a venue cuts everybody at
 * once, those who come back at once come back together. A connection that opens proves little; only one that holds ends
 * the row.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  #failures = 0;
  #failedAtMs = Number.NEGATIVE_INFINITY;
  #succeededAtMs = Number.NEGATIVE_INFINITY;
  #untilMs = Number.NEGATIVE_INFINITY;

  constructor(options: BackoffOptions, clock: Clock, random: Random) {
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
  }

  /** Milliseconds until the next dial may begin; 0 when it may. */
  get waitMs(): number {
    return Math.max(0, this.#untilMs - this.#clock.now());
  }

  /** Failures in a row, those that were under way together counted once. */
  get failures(): number {
    return this.#failures;
  }

  /** A connection opened now. */
  opened(): void {
    if (this.#succeededAtMs <= this.#failedAtMs) this.#succeededAtMs = this.#clock.now();
  }

  /** An attempt that began at `beganAtMs` failed. */
  failed(beganAtMs: number): void {
    // What was under way when the last failure was counted says nothing new.
    if (beganAtMs <= this.#failedAtMs) return;
    const now = this.#clock.now();
    if (this.#succeededAtMs > this.#failedAtMs && now - this.#succeededAtMs >= this.#stableAfterMs) this.#failures = 0;
    const { initialMs, maxMs } = this.#options;
    const boundMs = Math.min(maxMs, initialMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#failedAtMs = now;
    this.#untilMs = now + this.#random.next() * boundMs;
  }

  /** A connection opened at `openedAtMs` broke. When all was well for long enough, it is the first of a new row. */
  broke(openedAtMs: number): void {
    const now = this.#clock.now();
    const wellSinceMs = Math.max(openedAtMs, this.#failedAtMs);
    if (now - wellSinceMs < this.#stableAfterMs) {
      this.failed(openedAtMs);
      return;
    }
    this.#failures = 0;
    this.failed(now);
  }

  get #stableAfterMs(): number {
    return this.#options.stableAfterMs ?? this.#options.maxMs;
  }
}
