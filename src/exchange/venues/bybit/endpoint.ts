import type { VenueTime } from '../../feed/index.js';
import type { BookWriter } from './book-writer.js';
import type { TickerBoard } from './day-ticker.js';
import type { Category, Instrument, InstrumentTable } from './instruments.js';
import { rejections } from './rest-errors.js';
import type { RestParameters } from './rest-parameters.js';

/** What every endpoint and every channel may look at. */
export interface BybitContext {
  readonly instruments: InstrumentTable;
  readonly time: VenueTime;
  readonly books: BookWriter;
  readonly tickers: TickerBoard;
}

/** One REST path: the JSON of its `result`. Throws BybitError. */
export type Endpoint = (context: BybitContext, parameters: RestParameters) => string;

/**
 * The instrument that a request must name. Undefined in the categories that trade nothing: their answers are empty,
 * whatever the name.
 */
export function requiredInstrument(
  { instruments }: BybitContext,
  category: Category,
  parameters: RestParameters,
): Instrument | undefined {
  const name = parameters.requiredText('symbol');
  const table = instruments.of(category);
  const instrument = table.get(name);
  if (!instrument && table.size > 0) throw rejections.invalid('symbol');
  return instrument;
}

/** The instruments that a request names; all of the category when it names none. */
export function chosenInstruments(
  context: BybitContext,
  category: Category,
  parameters: RestParameters,
): readonly Instrument[] {
  if (parameters.text('symbol') === undefined) return [...context.instruments.of(category).values()];
  const instrument = requiredInstrument(context, category, parameters);
  return instrument ? [instrument] : [];
}
