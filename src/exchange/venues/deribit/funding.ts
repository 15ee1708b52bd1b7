import type { DeribitInstrument } from './instruments.js';

export const HOUR_MS = 3_600_000;
const HOURS_OF_RATE = 8;

/** Funding is continuous here; its rate, stated for eight hours, holds for an hour at a time. */
export function fundingRate8h({ perpetual }: DeribitInstrument, wallMs: number): number {
  return perpetual.contract.fundingRate(Math.floor(wallMs / HOUR_MS));
}

/** What longs paid shorts between two calendar moments, as a share of the position. */
export function fundingBetween(instrument: DeribitInstrument, fromMs: number, toMs: number): number {
  let paid = 0;
  for (let hour = Math.floor(fromMs / HOUR_MS) * HOUR_MS; hour < toMs; hour += HOUR_MS) {
    const share = (Math.min(toMs, hour + HOUR_MS) - Math.max(fromMs, hour)) / HOUR_MS;
    paid += (fundingRate8h(instrument, hour) / HOURS_OF_RATE) * share;
  }
  return paid;
}
