export const MINUTE_MS = 60_000;

/** Whole minutes of the calendar, by number, in market time. */
export class MarketMinutes {
  readonly #epochMs: number;

  /** `epochMs` is the calendar time at market time 0. */
  constructor(epochMs: number) {
    this.#epochMs = epochMs;
  }

  at(marketMs: number): number {
    return Math.floor((marketMs + this.#epochMs) / MINUTE_MS);
  }

  /** The last minute that starts at this moment or before, by `startOf`: `at` may round the other way. */
  lastStarted(marketMs: number): number {
    const minute = this.at(marketMs);
    if (this.startOf(minute + 1) <= marketMs) return minute + 1;
    return this.startOf(minute) <= marketMs ? minute : minute - 1;
  }

  startOf(minute: number): number {
    return minute * MINUTE_MS - this.#epochMs;
  }
}

/** The last moment that still belongs to what ends at `edgeMs`; a nanosecond is finer than any arrival needs. */
export function beforeEdge(edgeMs: number): number {
  return edgeMs - 1e-6;
}
