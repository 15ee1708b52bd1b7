import type { Clock, TimerHandle } from '../../base/index.js';
import type { FaultTime } from './fault.js';

/** What a fault has put off. It happens in time, at the lift at the latest, and not at all when the site closes. */
export class Postponed implements FaultTime {
  readonly #clock: Clock;
  readonly #waiting = new Map<() => void, TimerHandle>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  after(delayMs: number, action: () => void): void {
    const run = (): void => {
      this.#waiting.delete(run);
      action();
    };
    this.#waiting.set(run, this.#clock.setTimeout(run, delayMs));
  }

  /** Runs all that still waits, in the order in which it was put off. */
  runAll(): void {
    const waiting = [...this.#waiting.keys()];
    this.forget();
    for (const run of waiting) run();
  }

  forget(): void {
    for (const timer of this.#waiting.values()) this.#clock.clearTimeout(timer);
    this.#waiting.clear();
  }
}
