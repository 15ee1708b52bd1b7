import type { Clock } from '../../base/index.js';
import { rollingWindowMs } from './rolling-limit.js';
import type { Rate } from './protocol.js';

/** One dial; the venue sees it at some moment between its beginning and its end. */
interface Dial {
  /** The latest moment at which the venue may have seen it. */
  seenAtMs: number;
}

/**
 * Tokens for new connections. A dial's token comes back a window after the dial ended, since that is when the venue has
 * seen it for certain: slow dials followed by quick ones arrive closer together than they left. Of a dial that hangs the
 * venue is taken to have seen it a window after its beginning.
 */
export class DialLimit {
  readonly #clock: Clock;
  readonly #count: number;
  readonly #windowMs: number;
  #dials: Dial[] = [];

  constructor(rate: Rate, clock: Clock) {
    this.#clock = clock;
    this.#count = rate.count;
    this.#windowMs = rollingWindowMs(rate);
  }

  /** Tokens that are there. */
  get free(): number {
    const before = this.#clock.now() - this.#windowMs;
    this.#dials = this.#dials.filter(({ seenAtMs }) => seenAtMs > before);
    return Math.max(0, this.#count - this.#dials.length);
  }

  /** Milliseconds until a token is there; 0 when one is. */
  get waitMs(): number {
    if (this.free > 0) return 0;
    const seen = this.#dials.map(({ seenAtMs }) => seenAtMs).sort((a, b) => a - b);
    return Math.max(0, (seen[seen.length - this.#count] ?? 0) + this.#windowMs - this.#clock.now());
  }

  /** Spends a token; to be told when the dial has ended, one way or the other. */
  spend(): () => void {
    const dial = { seenAtMs: this.#clock.now() + this.#windowMs };
    this.#dials.push(dial);
    return () => {
      dial.seenAtMs = Math.min(dial.seenAtMs, this.#clock.now());
    };
  }
}
