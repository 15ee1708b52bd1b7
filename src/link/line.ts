import type { Scheduler } from './scheduler.js';

/** Bytes that may travel in one direction of a connection at once; beyond that the sender is held back. */
const WINDOW_BYTES = 1 << 20;

/** An answer that leaves within this time of a delivery is taken as caused by it. */
const PROMPT_MS = 10;

/**
 * One direction of a connection: hands things over after their trip, in order. A line of limited width carries one
 * thing after the other: each occupies it for its bytes, then makes its trip.
 *
 * A delivery is off its due time by a fraction of a millisecond (see Scheduler). What the other side sends at once in
 * answer is moved by as much the other way, so that the errors of the legs of one exchange cancel and do not add up.
 */
export class Line {
  readonly #scheduler: Scheduler;
  /** What a byte occupies the line for; 0 for a line of unlimited width. */
  readonly #msPerByte: number;
  #freeAtMs = Number.NEGATIVE_INFINITY;
  #lastDueMs = Number.NEGATIVE_INFINITY;
  #lateMs = 0;
  #deliveredAtMs = Number.NEGATIVE_INFINITY;
  #inFlight = 0;

  constructor(scheduler: Scheduler, bitsPerSecond = Number.POSITIVE_INFINITY) {
    this.#scheduler = scheduler;
    this.#msPerByte = 8e3 / bitsPerSecond;
  }

  /** Bytes that were sent and not yet reported as `arrived`. */
  get full(): boolean {
    return this.#inFlight >= WINDOW_BYTES;
  }

  /**
   * Sends `bytes` bytes, which leave after `holdMs` or when the line is free. `deliver` runs when their last one has
   * made its trip of `tripMs`; a prompt answer is shifted by what the opposite line was late by.
   */
  send(bytes: number, holdMs: number, tripMs: number, opposite: Line, deliver: () => void): void {
    this.#inFlight += bytes;
    const nowMs = this.#scheduler.now();
    let leavesAtMs = nowMs + holdMs - opposite.#carriedMs(nowMs);
    if (this.#msPerByte > 0) {
      leavesAtMs = Math.max(leavesAtMs, this.#freeAtMs) + bytes * this.#msPerByte;
      this.#freeAtMs = leavesAtMs;
    }
    const dueMs = Math.max(this.#lastDueMs, leavesAtMs + tripMs);
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
