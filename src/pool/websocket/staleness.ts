import type { Clock, TimerHandle } from '../../base/index.js';

// How much longer than the first time it waits at most before it asks again.
const LONGEST_WAIT = 64;

export interface StalenessOptions {
  readonly clock: Clock;
  readonly staleAfterMs: number;
  /** When data last arrived, or the venue began to owe it. */
  readonly sinceMs: () => number;
  /** There has been no data for so long; called again each time after twice as long, up to 64 times. */
  readonly stale: () => void;
}

/** Watches the age of one stream's data with one timer, not one a message: it looks at the time when it fires. */
export class Staleness {
  readonly #options: StalenessOptions;
  #waits = 1;
  /** When it last found the stream stale. */
  #foundAtMs = Number.NEGATIVE_INFINITY;
  #timer: TimerHandle;
  #running = false;

  constructor(options: StalenessOptions) {
    this.#options = options;
  }

  /** Watches from now on, if it does not already. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#plan();
  }

  /** Data is there again. */
  refresh(): void {
    if (this.#waits === 1) return;
    this.stop();
    this.#waits = 1;
    this.#foundAtMs = Number.NEGATIVE_INFINITY;
    this.start();
  }

  stop(): void {
    this.#running = false;
    this.#options.clock.clearTimeout(this.#timer);
  }

  get #dueMs(): number {
    const { staleAfterMs, sinceMs } = this.#options;
    return Math.max(sinceMs(), this.#foundAtMs) + this.#waits * staleAfterMs;
  }

  #plan(): void {
    const { clock } = this.#options;
    const lookAgain = (): void => {
      // Timers run before sockets are read: after a stall of the event loop the data may be waiting there.
      if (clock.now() < this.#dueMs) this.#plan();
      else this.#timer = clock.setTimeout(() => this.#look(), 0);
    };
    this.#timer = clock.setTimeout(lookAgain, Math.max(0, this.#dueMs - clock.now()));
  }

  #look(): void {
    const now = this.#options.clock.now();
    const late = now >= this.#dueMs;
    if (late) {
      this.#foundAtMs = now;
      this.#waits = Math.min(LONGEST_WAIT, 2 * this.#waits);
    }
    this.#plan();
    if (late) this.#options.stale();
  }
}
