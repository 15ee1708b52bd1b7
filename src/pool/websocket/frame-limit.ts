import type { Clock, TimerHandle } from '../../base/index.js';
import type { StreamProtocol } from './protocol.js';
import type { RequestBudget } from './request-budget.js';
import { RollingLimit } from './rolling-limit.js';

export interface FrameLimitOptions {
  readonly protocol: Pick<StreamProtocol, 'requests' | 'freePings'>;
  readonly clock: Clock;
  /** Of the address, where the venue limits frames over all its connections. */
  readonly budget: RequestBudget | undefined;
  /** Called when it is worth asking again. */
  readonly turn: () => void;
}

/**
 * The limits that the frames of one connection keep: its own, and that of its address. Requests leave one token to signs
 * of life, which cannot wait; where those are free they spend none.
 */
export class FrameLimit {
  readonly #options: FrameLimitOptions;
  readonly #own: RollingLimit;
  readonly #reserve: number;
  #timer: TimerHandle;

  constructor(options: FrameLimitOptions) {
    const { requests, freePings } = options.protocol;
    this.#options = options;
    this.#own = new RollingLimit(requests, options.clock);
    this.#reserve = requests.count > 1 && !freePings ? 1 : 0;
  }

  /** Spends what one frame costs and returns true, or returns false and calls `turn` later. */
  take(frame: 'sign' | 'request'): boolean {
    const { protocol, clock, budget, turn } = this.#options;
    const sign = frame === 'sign';
    if (sign && protocol.freePings) return true;
    const waitMs = this.#own.waitMs(sign ? 0 : this.#reserve);
    if (waitMs > 0) {
      clock.clearTimeout(this.#timer);
      this.#timer = clock.setTimeout(turn, waitMs);
      return false;
    }
    if (budget && !budget.take(turn, sign)) return false;
    this.#own.spend();
    return true;
  }

  /** A sign of life left that could not wait: the answer to the venue's ping. */
  replied(): void {
    const { protocol, budget } = this.#options;
    if (protocol.freePings) return;
    this.#own.spend();
    budget?.spent();
  }

  /** How long the connection's own limit would hold a request up that has so many frames before it, in milliseconds. */
  delayMs(before: number): number {
    const { count, perMs } = this.#options.protocol.requests;
    const ahead = this.#reserve + before;
    return Math.floor(ahead / count) * perMs + this.#own.waitMs(ahead % count);
  }

  stop(): void {
    const { clock, budget, turn } = this.#options;
    clock.clearTimeout(this.#timer);
    budget?.leave(turn);
  }
}
