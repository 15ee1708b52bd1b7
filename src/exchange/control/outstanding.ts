import { type Clock, MpBenchError } from '../../base/index.js';
import type { FaultPlan } from '../protocol.js';

const MOST = 1_000;

/** Faults that are planned and not over yet, which are bounded: each holds timers and what it has caught. */
export class Outstanding {
  readonly #clock: Clock;
  #ends: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws {MpBenchError} E_USAGE when there would be more than 1,000 with `count` more */
  makeRoom(count: number): void {
    const nowMs = this.#clock.now();
    this.#ends = this.#ends.filter((endMs) => endMs > nowMs);
    if (this.#ends.length + count > MOST)
      throw new MpBenchError('E_USAGE', `${this.#ends.length} faults are not over yet; at most ${MOST} may be planned`);
  }

  add(plans: readonly FaultPlan[]): void {
    this.#ends.push(...plans.map(({ atMs, durationMs }) => atMs + durationMs));
  }
}
