import { type Clock, type Random, sleep } from '../../base/index.js';

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
 * once, those who come back at once come back together; and each of several dials of one pool has a delay of its own. A
 * connection that opens proves little; only one that holds ends the row.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  #failures = 0;
  #failedAtMs = Number.NEGATIVE_INFINITY;
  #succeededAtMs = Number.NEGATIVE_INFINITY;
  /** When all delays of the last failure are over. */
  #endMs = Number.NEGATIVE_INFINITY;
  /** When the next dial may begin: the first of so many, once it is drawn. */
  #nextAtMs: number | undefined;
  #drawnFor = 0;
  #waiting = 0;

  constructor(options: BackoffOptions, clock: Clock, random: Random) {
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
  }

  /** Milliseconds until the first of so many dials may begin; 0 when it may. */
  waitMs(dials = 1): number {
    const now = this.#clock.now();
    const more = this.#nextAtMs === undefined ? dials : dials - this.#drawnFor;
    if (more > 0) {
      this.#nextAtMs = Math.min(this.#nextAtMs ?? Number.POSITIVE_INFINITY, this.#draw(more, now));
      this.#drawnFor = dials;
    }
    return Math.max(0, (this.#nextAtMs ?? now) - now);
  }

  /** Resolves when a dial may begin, which it does then. Rejects with the signal's reason. */
  async turn(signal: AbortSignal): Promise<void> {
    this.#waiting += 1;
    try {
      for (let ms = this.waitMs(this.#waiting); ms > 0; ms = this.waitMs(this.#waiting))
        await sleep(this.#clock, ms, signal);
      this.#nextAtMs = undefined;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Failures in a row, those that were under way together counted once. */
  get failures(): number {
    return this.#failures;
  }

  /** A connection opened now. Those that still wait for their turn need not wait for long. */
  opened(): void {
    const now = this.#clock.now();
    if (this.#succeededAtMs <= this.#failedAtMs) this.#succeededAtMs = now;
    if (this.#endMs <= now + this.#options.initialMs) return;
    this.#endMs = now + this.#options.initialMs;
    this.#nextAtMs = undefined;
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
    this.#endMs = now + boundMs;
    this.#nextAtMs = undefined;
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

  /** The smallest of so many delays, each of them uniform over what is left of the bound. */
  #draw(dials: number, now: number): number {
    const leftMs = this.#endMs - now;
    return leftMs > 0 ? now + leftMs * (1 - (1 - this.#random.next()) ** (1 / dials)) : now;
  }

  get #stableAfterMs(): number {
    return this.#options.stableAfterMs ?? this.#options.maxMs;
  }
}
