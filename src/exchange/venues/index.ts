import type { VenueDefinition } from '../venue.js';
import { binance } from './binance/index.js';
import { binanceUsdm } from './binance-usdm/index.js';
import { bybit } from './bybit/index.js';
import { coinbase } from './coinbase/index.js';
import { deribit } from './deribit/index.js';
import { okx } from './okx/index.js';

/** Every venue by name. */
export const venues = {
  binance,
  'binance-usdm': binanceUsdm,
  okx,
  deribit,
  bybit,
  coinbase,
} as const satisfies Readonly<Record<string, VenueDefinition>>;
