import { binanceUsdmClient } from './binance-usdm.js';
import { binanceClient } from './binance.js';
import { bybitClient } from './bybit.js';
import { coinbaseClient } from './coinbase.js';
import { deribitClient } from './deribit.js';
import { okxClient } from './okx.js';
import type { VenueClient } from './venue-client.js';

/** The client side of the venues that drivers can be run against, by name. */
export const venueClients: Readonly<Record<string, VenueClient>> = {
  binance: binanceClient,
  'binance-usdm': binanceUsdmClient,
  okx: okxClient,
  deribit: deribitClient,
  bybit: bybitClient,
  coinbase: coinbaseClient,
};
