import type { Clock, Random, TimerHandle } from '../../base/index.js';

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Bounds of the pause: the first, and the longest. */
  readonly initialMs: number;
  readonly maxMs: number;
  readonly again: () => void;
}

/**
 * Asks again for what the venue refused for the moment. The pause is uniform between zero and a bound that doubles with
 * every refusal in a row, as between dials: those that were refused together do not come back together.
 */
export class Retry {
  readonly #options: RetryOptions;
  #refusals = 0;
  #timer: TimerHandle;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  refused(): void {
    const { clock, random, initialMs, maxMs, again } = this.#options;
    const boundMs = Math.min(maxMs, initialMs * 2 ** this.#refusals);
    this.#refusals += 1;
    this.stop();
    this.#timer = clock.setTimeout(again, random.next() * boundMs);
  }

  accepted(): void {
    this.#refusals = 0;
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }
}
