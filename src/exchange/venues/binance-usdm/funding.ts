import type { VenueTime } from '../../feed/index.js';
import type { Perpetual } from '../../market/index.js';

/** Funding is settled at 0, 8 and 16 hours UTC. */
const PERIOD_MS = 8 * 3_600_000;

export interface FundingState {
  /** Rate of the period that is running, paid at its end. */
  readonly rate: string;
  /** Calendar time (ms) of the next settlement. */
  readonly nextMs: number;
}

export function fundingNow(contract: Perpetual, time: VenueTime, marketMs: number): FundingState {
  const period = Math.floor(time.stampOf(marketMs) / PERIOD_MS);
  return { rate: rateText(contract, period), nextMs: (period + 1) * PERIOD_MS };
}

/** Calendar times of settlements from `fromMs` to `toMs` inclusive, oldest first: the first `limit`, or the last. */
export function settlements(fromMs: number | undefined, toMs: number, limit: number): number[] {
  const last = Math.floor(toMs / PERIOD_MS);
  const first = fromMs === undefined ? last - limit + 1 : Math.ceil(fromMs / PERIOD_MS);
  const count = Math.max(0, Math.min(limit, last - first + 1));
  return Array.from({ length: count }, (_, i) => (first + i) * PERIOD_MS);
}

/** The rate that was paid at a settlement: that of the period which it ended. */
export function settledRate(contract: Perpetual, settledMs: number): string {
  return rateText(contract, settledMs / PERIOD_MS - 1);
}

function rateText(contract: Perpetual, period: number): string {
  return contract.fundingRate(period).toFixed(8);
}
