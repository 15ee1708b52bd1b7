import type { Clock, TimerHandle } from '../base/index.js';
import { DueHeap, type DueItem } from './due-heap.js';

/**
 * Runtime timers come in whole milliseconds. What is due within about half of one runs now rather than a whole one
 * later, so that work is off by ± 0.5 ms around its time instead of up to 1 ms behind it, and nothing has to spin.
 */
const EARLY_MS = 0.6;
/** An idle process wakes about this much after its timer (measured on Linux: 0.1 to 0.4 ms); timers aim that early. */
const WAKE_MS = 0.25;

/** Runs work at its due time for all sockets of a process, with one pending timer, or none when nothing is due. */
export class Scheduler {
  readonly #clock: Clock;
  readonly #heap = new DueHeap();
  #timer: TimerHandle;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #soon: NodeJS.Immediate | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Work that has not run yet. */
  get pending(): number {
    return this.#heap.size;
  }

  /** Runs `run` at `dueMs` of the clock, never synchronously, in order of due times. */
  at(dueMs: number, run: DueItem['run']): void {
    this.#heap.push(dueMs, run);
    if (dueMs < this.#timerDueMs) this.#arm();
  }

  #arm(): void {
    this.#disarm();
    const next = this.#heap.peek();
    if (!next) return;
    this.#timerDueMs = next.dueMs;
    const waitMs = next.dueMs - this.#clock.now();
    if (waitMs <= EARLY_MS) this.#soon = setImmediate(this.#fire);
    else this.#timer = this.#clock.setTimeout(this.#fire, Math.max(1, Math.round(waitMs - WAKE_MS)));
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    if (this.#soon !== undefined) clearImmediate(this.#soon);
    this.#timer = undefined;
    this.#soon = undefined;
    this.#timerDueMs = Number.POSITIVE_INFINITY;
  }

  readonly #fire = (): void => {
    // While items run, what they add is left to the arming below.
    this.#timerDueMs = Number.NEGATIVE_INFINITY;
    const untilMs = this.#clock.now() + EARLY_MS;
    try {
      for (let next = this.#heap.peek(); next && next.dueMs <= untilMs; next = this.#heap.peek()) {
        this.#heap.pop();
        next.run(this.#clock.now() - next.dueMs);
      }
    } finally {
      this.#arm();
    }
  };
}
