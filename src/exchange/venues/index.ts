import type { Clock } from '../../base/index.js';
import { SyntheticMarket } from '../market/index.js';
import { type ListedVenue, binanceVenue } from './binance/index.js';

export interface VenueOptions {
  readonly seed: string;
  readonly symbols: number;
  /** Scales every market rate; 1 is the mean of a normal day. */
  readonly activity: number;
  readonly clock: Clock;
}

/** Makes a venue with a market of its own. */
export type VenueFactory = (options: VenueOptions) => ListedVenue;

/** Every venue by name. */
export const venues = {
  binance: (options) => binanceVenue({ market: new SyntheticMarket(options), clock: options.clock }),
} as const satisfies Readonly<Record<string, VenueFactory>>;
