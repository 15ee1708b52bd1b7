import type { Clock, TimerHandle } from '../../base/index.js';
import { DialLimit } from './dial-limit.js';
import type { Rate } from './protocol.js';

/** New connections that a venue takes from one address in a time. */
export class ConnectBudget {
  readonly #limit: DialLimit;
  readonly #clock: Clock;
  /** First come, first served. */
  readonly #waiting = new Set<(ended: () => void) => void>();
  #timer: TimerHandle;

  constructor(rate: Rate, clock: Clock) {
    this.#limit = new DialLimit(rate, clock);
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
    return this.#limit.waitMs;
  }

  /**
   * Resolves when a dial may begin, which is counted from then on, with what has to be called when it has ended. Rejects
   * with the signal's reason.
   */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.free > 0) return this.#spend();
    return new Promise<() => void>((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.delete(grant);
        this.#plan();
        reject(signal.reason as Error);
      };
      const grant = (ended: () => void): void => {
        signal.removeEventListener('abort', abort);
        resolve(ended);
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.add(grant);
      this.#plan();
    });
  }

  #spend(): () => void {
    const ended = this.#limit.spend();
    return () => {
      ended();
      // Its token is back sooner than was known.
      this.#plan();
    };
  }

  #plan(): void {
    this.#clock.clearTimeout(this.#timer);
    if (this.#waiting.size > 0) this.#timer = this.#clock.setTimeout(() => this.#grant(), this.#limit.waitMs);
  }

  #grant(): void {
    for (const grant of this.#waiting) {
      if (this.#limit.waitMs > 0) break;
      this.#waiting.delete(grant);
      grant(this.#spend());
    }
    this.#plan();
  }
}
