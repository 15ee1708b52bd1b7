import type { VenueTime } from '../../feed/index.js';
import type { BookWriter } from './book-writer.js';
import type { InstrumentTable } from './instruments.js';
import type { OkxRules } from './rules.js';

/** What every endpoint and every channel may look at. */
export interface OkxContext {
  readonly instruments: InstrumentTable;
  readonly time: VenueTime;
  readonly books: BookWriter;
  readonly rules: OkxRules;
}
