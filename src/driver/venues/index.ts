import { binanceClient } from './binance.js';
import type { VenueClient } from './venue-client.js';

/** The client side of every venue, by name. */
export const venueClients: Readonly<Record<string, VenueClient>> = { binance: binanceClient };
