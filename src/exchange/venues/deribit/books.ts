import { BOOK_DEPTH, type BookLevels, type Level } from '../../market/index.js';
import type { DeribitInstrument } from './instruments.js';

const KEPT_DEPTHS = 6;

/** How levels stand in a message: `[price,amount]`, or `["new",price,amount]` in the snapshot of a stream. */
export type LevelForm = 'plain' | 'new';

/** Both sides of books as JSON members `"bids":[…],"asks":[…]`; each is written once a change of the book. */
export class BookWriter {
  readonly #kept = new WeakMap<DeribitInstrument, Map<string, { readonly change: number; readonly json: string }>>();

  sides(instrument: DeribitInstrument, change: number, depth: number, form: LevelForm): string {
    const byKey = this.#kept.get(instrument) ?? new Map<string, { change: number; json: string }>();
    const key = `${form}${Math.min(depth, BOOK_DEPTH)}`;
    const kept = byKey.get(key);
    if (kept?.change === change) return kept.json;
    const json = sidesJson(instrument, instrument.market.book.levels(change, depth), form);
    if (byKey.size >= KEPT_DEPTHS && !kept) byKey.clear();
    byKey.set(key, { change, json });
    this.#kept.set(instrument, byKey);
    return json;
  }
}

export function sidesJson(instrument: DeribitInstrument, { bids, asks }: BookLevels, form: LevelForm): string {
  return `"bids":${levelsJson(instrument, bids, form)},"asks":${levelsJson(instrument, asks, form)}`;
}

function levelsJson(instrument: DeribitInstrument, levels: readonly Level[], form: LevelForm): string {
  const start = form === 'new' ? ',["new",' : ',[';
  let json = '';
  for (const [ticks, lots] of levels) json += `${start}${instrument.price(ticks)},${instrument.amount(lots)}]`;
  return `[${json.slice(1)}]`;
}
