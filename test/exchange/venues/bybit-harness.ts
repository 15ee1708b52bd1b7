import { SyntheticMarket } from '../../../src/exchange/market/index.js';
import type { StreamSession } from '../../../src/exchange/venue.js';
import { bybit } from '../../../src/exchange/venues/bybit/index.js';
import { type HarnessOptions, openOnFakeClock } from './venue-harness.js';

export { bodyOf, EPOCH_MS, type Json } from './venue-harness.js';

/** A Bybit venue on a fake clock, and the market that it shows. */
export function openVenue(options: HarnessOptions<typeof bybit.rules> = {}) {
  const opened = openOnFakeClock(bybit, options);
  const { symbols = 4, activity = 1, seed = 'venue' } = options;
  return { ...opened, market: new SyntheticMarket({ seed, symbols, activity, clock: opened.clock }) };
}

export const SPOT = '/v5/public/spot';
export const LINEAR = '/v5/public/linear';

/** Sends a request as a client would. */
export function send(session: StreamSession, op: string, args?: unknown, id?: unknown): void {
  session.receive(JSON.stringify({ op, args, req_id: id }));
}
