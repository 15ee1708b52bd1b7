import { SyntheticMarket } from '../../../src/exchange/market/index.js';
import type { StreamSession } from '../../../src/exchange/venue.js';
import { coinbase } from '../../../src/exchange/venues/coinbase/index.js';
import { type HarnessOptions, openOnFakeClock } from './venue-harness.js';

export { bodyOf, EPOCH_MS, type Json } from './venue-harness.js';

/** A Coinbase venue on a fake clock, and the market that it shows. */
export function openVenue(options: HarnessOptions<typeof coinbase.rules> = {}) {
  const opened = openOnFakeClock(coinbase, options);
  const { symbols = 4, activity = 1, seed = 'venue' } = options;
  return { ...opened, market: new SyntheticMarket({ seed, symbols, activity, clock: opened.clock }) };
}

const SIGNATURE = { signature: 's', key: 'k', passphrase: 'p', timestamp: 1 };

/** Subscribes as a client with keys would. */
export function subscribe(session: StreamSession, channels: unknown, productIds: unknown = ['BTC-USD']): void {
  session.receive(JSON.stringify({ type: 'subscribe', product_ids: productIds, channels, ...SIGNATURE }));
}

export function unsubscribe(session: StreamSession, channels: unknown, productIds?: unknown): void {
  session.receive(JSON.stringify({ type: 'unsubscribe', product_ids: productIds, channels }));
}
