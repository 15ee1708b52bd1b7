import type { VenueTime } from '../../feed/index.js';
import type { BookWriter } from './books.js';
import type { InstrumentTable } from './instruments.js';
import type { VolatilityIndex } from './volatility.js';

/** What every method and every channel may look at. */
export interface DeribitContext {
  readonly instruments: InstrumentTable;
  readonly time: VenueTime;
  readonly books: BookWriter;
  readonly volatility: VolatilityIndex;
}
