import type { Clock, TimerHandle } from '../../base/index.js';
import type { Rate } from './protocol.js';
import { RollingLimit } from './rolling-limit.js';

/** Has something to send; called when it is its turn. */
type Turn = () => void;

/**
 * Frames that a venue takes from one address, over all connections. Who has to wait is called when it is its turn, first
 * come, first served; signs of life come before requests, which leave one token of the limit to them.
 */
export class RequestBudget {
  readonly #limit: RollingLimit;
  readonly #reserve: number;
  readonly #clock: Clock;
  readonly #urgent = new Set<Turn>();
  readonly #waiting = new Set<Turn>();
  /** Whose turn it is. */
  #called: Turn | undefined;
  #timer: TimerHandle;

  constructor(rate: Rate, clock: Clock) {
    this.#limit = new RollingLimit(rate, clock);
    this.#reserve = rate.count > 1 ? 1 : 0;
    this.#clock = clock;
  }

  /** Those that wait for their turn. */
  get waiting(): number {
    return this.#urgent.size + this.#waiting.size;
  }

  /** Spends a token for one frame and returns true, or returns false and calls `turn` when it is worth asking again. */
  take(turn: Turn, urgent: boolean): boolean {
    const called = this.#called === turn;
    const first = this.#urgent.size === 0 && (urgent || this.#waiting.size === 0);
    if (called || (first && this.#limit.waitMs(urgent ? 0 : this.#reserve) === 0)) {
      this.#called = undefined;
      this.#limit.spend();
      return true;
    }
    (urgent ? this.#urgent : this.#waiting).add(turn);
    this.#plan();
    return false;
  }

  /** A frame left that could not wait: an answer to the venue's ping. */
  spent(): void {
    this.#limit.spend();
  }

  /** Does not wait any more. */
  leave(turn: Turn): void {
    const waited = this.#urgent.delete(turn);
    if (this.#waiting.delete(turn) || waited) this.#plan();
  }

  get #waitMs(): number {
    return this.#limit.waitMs(this.#urgent.size > 0 ? 0 : this.#reserve);
  }

  #plan(): void {
    this.#clock.clearTimeout(this.#timer);
    if (this.waiting > 0) this.#timer = this.#clock.setTimeout(() => this.#call(), this.#waitMs);
  }

  #call(): void {
    while (this.waiting > 0 && this.#waitMs === 0) {
      const line = this.#urgent.size > 0 ? this.#urgent : this.#waiting;
      const [turn] = line;
      if (!turn) break;
      line.delete(turn);
      this.#called = turn;
      turn();
      // It had nothing to send any more, or its connection's own limit holds it up.
      this.#called = undefined;
    }
    this.#plan();
  }
}
