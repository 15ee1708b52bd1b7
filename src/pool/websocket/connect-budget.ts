import { type Clock, systemClock, type TimerHandle } from '../../base/index.js';
import type { Rate } from './protocol.js';
import { RollingLimit } from './rolling-limit.js';

/**
 * New connections that a venue takes from one address. Venues count them over all of a process, so pools to the same
 * venue should be given the same budget; a pool that is given none has one of its own.
 */
export class ConnectBudget {
  readonly #limit: RollingLimit;
  readonly #clock: Clock;
  /** First come, first served. */
  readonly #waiting = new Set<() => void>();
  #timer: TimerHandle;

  constructor(rate: Rate, clock: Clock = systemClock) {
    this.#limit = new RollingLimit(rate, clock);
    this.#clock = clock;
  }

  /** Dials that wait for their turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Dials that could begin now. */
  get free(): number {
    return this.#waiting.size > 0 ? 0 : this.#limit.free;
  }

  /** Milliseconds until a dial could begin, those that wait apart. */
  get waitMs(): number {
    return this.#limit.waitMs();
  }

  /** Resolves when a dial may begin, which is counted from then on. Rejects with the signal's reason. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.free > 0) {
      this.#limit.spend();
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.delete(grant);
        this.#plan();
        reject(signal.reason as Error);
      };
      const grant = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.add(grant);
      this.#plan();
    });
  }

  #plan(): void {
    this.#clock.clearTimeout(this.#timer);
    if (this.#waiting.size > 0) this.#timer = this.#clock.setTimeout(() => this.#grant(), this.#limit.waitMs());
  }

  #grant(): void {
    for (const grant of this.#waiting) {
      if (this.#limit.waitMs() > 0) break;
      this.#limit.spend();
      this.#waiting.delete(grant);
      grant();
    }
    this.#plan();
  }
}
