import type { Scheduler } from './scheduler.js';

/** Bytes that may travel in one direction of a connection at once; beyond that the sender is held back. */
const WINDOW_BYTES = 1 << 20;

/** An answer that leaves within this time of a delivery is taken as caused by it. */
const PROMPT_MS = 10;

/**
 * One direction of a connection: hands things over after a delay, in order.
 *
 * A delivery is off its due time by a fraction of a millisecond (see Scheduler). What the other side sends at once in
 * answer is moved by as much the other way, so that the errors of the legs of one exchange cancel and do not add up.
 */
export class Line {
  readonly #scheduler: Scheduler;
  #lastDueMs = Number.NEGATIVE_INFINITY;
  #lateMs = 0;
  #deliveredAtMs = Number.NEGATIVE_INFINITY;
  #inFlight = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Bytes that were sent and not yet reported as `arrived`. */
  get full(): boolean {
    return this.#inFlight >= WINDOW_BYTES;
  }

  /** Sends `bytes` bytes; `deliver` runs after `delayMs`, shifted by what the opposite line was late by. */
  send(bytes: number, delayMs: number, opposite: Line, deliver: () => void): void {
    this.#inFlight += bytes;
    const nowMs = this.#scheduler.now();
    const dueMs = Math.max(this.#lastDueMs, nowMs + delayMs - opposite.#carriedMs(nowMs));
    this.#lastDueMs = dueMs;
    this.#scheduler.at(dueMs, (lateMs) => {
      this.#lateMs = lateMs;
      this.#deliveredAtMs = this.#scheduler.now();
      deliver();
    });
  }

  /** The receiver took `bytes` bytes off the line. */
  arrived(bytes: number): void {
    this.#inFlight -= bytes;
  }

  #carriedMs(nowMs: number): number {
    return nowMs - this.#deliveredAtMs <= PROMPT_MS ? this.#lateMs : 0;
  }
}
