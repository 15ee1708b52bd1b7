import { binanceClient } from './binance.js';
import { deribitClient } from './deribit.js';
import { okxClient } from './okx.js';
import type { VenueClient } from './venue-client.js';

/** The client side of the venues that drivers can be run against, by name. */
export const venueClients: Readonly<Record<string, VenueClient>> = {
  binance: binanceClient,
  okx: okxClient,
  deribit: deribitClient,
};
