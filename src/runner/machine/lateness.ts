import type { Clock, TimerHandle } from '../../base/index.js';

const TICK_MS = 1;

/**
 * A timer of 1 ms that remembers how late it ever was. It runs in a process that has nothing else to do, so that when it
 * is late by much the whole machine stood still, or had no core to spare.
 */
export class LatenessWatch {
  readonly #clock: Clock;
  #dueAtMs = 0;
  #worstMs = 0;
  #timer: TimerHandle;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#arm(clock.now());
  }

  /** Ends the watch; returns the worst lateness, in milliseconds. */
  stop(): number {
    this.#clock.clearTimeout(this.#timer);
    this.#look(this.#clock.now());
    return this.#worstMs;
  }

  #arm(nowMs: number): void {
    this.#dueAtMs = nowMs + TICK_MS;
    this.#timer = this.#clock.setTimeout(() => {
      const now = this.#clock.now();
      this.#look(now);
      this.#arm(now);
    }, TICK_MS);
  }

  #look(nowMs: number): void {
    this.#worstMs = Math.max(this.#worstMs, nowMs - this.#dueAtMs);
  }
}
