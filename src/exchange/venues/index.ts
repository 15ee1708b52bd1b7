import type { VenueDefinition } from '../venue.js';
import { binance } from './binance/index.js';

/** Every venue by name. */
export const venues = { binance } as const satisfies Readonly<Record<string, VenueDefinition>>;
