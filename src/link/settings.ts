import type { Random } from '../base/index.js';
import type { Scheduler } from './scheduler.js';

/** The emulated network between one client and the exchange. */
export interface LinkSettings {
  readonly rttMs: number;
  /** Standard deviation of a one-way trip around half the round trip; at most 0.45 of the round trip. None by default. */
  readonly jitterMs?: number;
  /** What a connection carries in each direction, in bits a second; unlimited by default. */
  readonly bitsPerSecond?: number;
}

export interface LinkParts {
  readonly scheduler: Scheduler;
  /** Draws the times of the trips. */
  readonly random: Random;
}

/** Beyond it the gamma distribution of the trips would have its peak at the floor; see trip-times.ts. */
const MOST_JITTER = 0.45;

/** @throws {RangeError} when a setting is not a number that a link can have */
export function checkSettings({ rttMs, jitterMs = 0, bitsPerSecond }: LinkSettings): void {
  if (!(Number.isFinite(rttMs) && rttMs >= 0)) throw new RangeError(`link: a round trip of ${rttMs} ms`);
  if (!(jitterMs >= 0 && jitterMs <= MOST_JITTER * rttMs))
    throw new RangeError(
      `link: jitter of ${jitterMs} ms; expected 0 to ${MOST_JITTER * rttMs} (0.45 of the round trip)`,
    );
  if (bitsPerSecond !== undefined && !(Number.isFinite(bitsPerSecond) && bitsPerSecond > 0))
    throw new RangeError(`link: ${bitsPerSecond} bits a second; expected more than 0`);
}
