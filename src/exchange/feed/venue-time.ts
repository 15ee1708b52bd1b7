import type { Clock } from '../../base/index.js';
import type { SyntheticMarket } from '../market/index.js';

/** The calendar over the market: when something was sent, and when a market moment was. */
export class VenueTime {
  /** Calendar time in ms at market time 0; fixed, so that a trade keeps its timestamp. */
  readonly epochMs: number;
  readonly #market: SyntheticMarket;
  readonly #wallClock: () => number;

  constructor(market: SyntheticMarket, clock: Clock, wallClock: () => number = calendarOf(clock)) {
    this.#market = market;
    this.#wallClock = wallClock;
    this.epochMs = wallClock() - market.now();
  }

  /** Calendar time in ms, with fraction. */
  now(): number {
    return this.#wallClock();
  }

  /** Market time in ms. */
  marketNow(): number {
    return this.#market.now();
  }

  /** Whole units of calendar time of a market moment; `unit` is how many of them make a millisecond. */
  stampOf(marketMs: number, unit = 1): number {
    return Math.floor((this.epochMs + marketMs) * unit);
  }

  /** Whole calendar milliseconds of this moment. */
  stamp(): number {
    return Math.floor(this.#wallClock());
  }
}

// The clock is monotonic and need not know the date; the process does, and one reading ties the two together.
function calendarOf(clock: Clock): () => number {
  const offset = performance.timeOrigin + performance.now() - clock.now();
  return () => clock.now() + offset;
}
