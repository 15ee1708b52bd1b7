import type { Clock } from '../../src/base/index.js';

interface Ticking {
  /** How far each reading moves the time, over and over. */
  readonly stepsMs?: readonly number[];
  /** How much later than due each timer fires, over and over. */
  readonly lateMs?: readonly number[];
}

/** A clock that moves by itself: a little with each reading, and to each timer's time as soon as one is set. */
export class TickingClock implements Clock {
  readonly #steps: readonly number[];
  readonly #late: readonly number[];
  #nowMs = 1000;
  #readings = 0;
  #timers = 0;

  constructor({ stepsMs = [0], lateMs = [0] }: Ticking) {
    this.#steps = stepsMs;
    this.#late = lateMs;
  }

  now(): number {
    this.#nowMs += this.#steps[this.#readings++ % this.#steps.length] ?? 0;
    return this.#nowMs;
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    const late = this.#late[this.#timers++ % this.#late.length] ?? 0;
    queueMicrotask(() => {
      this.#nowMs += delayMs + late;
      callback();
    });
    return null;
  }

  clearTimeout(): void {}
}
