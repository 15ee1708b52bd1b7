import type { StreamSession } from '../../../src/exchange/venue.js';
import { SyntheticMarket } from '../../../src/exchange/market/index.js';
import { binance } from '../../../src/exchange/venues/binance/index.js';
import { type HarnessOptions, openOnFakeClock } from './venue-harness.js';

export { bodyOf, EPOCH_MS, type Json } from './venue-harness.js';

/** A Binance venue on a fake clock, and the market that it shows. */
export function openVenue(options: HarnessOptions<typeof binance.rules> = {}) {
  const opened = openOnFakeClock(binance, options);
  const { symbols = 4, activity = 1, seed = 'venue' } = options;
  return { ...opened, market: new SyntheticMarket({ seed, symbols, activity, clock: opened.clock }) };
}

/** Sends a request as a client would. */
export function send(session: StreamSession, method: string, params?: unknown, id: unknown = 1): void {
  session.receive(JSON.stringify({ method, ...(params !== undefined && { params }), id }));
}
