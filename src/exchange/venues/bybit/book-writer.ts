import { BOOK_DEPTH, type BookLevels, type Level } from '../../market/index.js';
import type { Instrument } from './instruments.js';

const KEPT_DEPTHS = 6;

interface Kept {
  readonly change: number;
  readonly json: string;
}

/** Price levels as the venue writes them: `[["76650.00","1.20623"],…]`. */
function levelsJson(instrument: Instrument, levels: readonly Level[]): string {
  let json = '';
  for (const [ticks, lots] of levels) json += `,["${instrument.price(ticks)}","${instrument.quantity(lots)}"]`;
  return `[${json.slice(1)}]`;
}

/** Both sides, without braces: `"b":[…],"a":[…]`. */
export function sidesJson(instrument: Instrument, { bids, asks }: BookLevels): string {
  return `"b":${levelsJson(instrument, bids)},"a":${levelsJson(instrument, asks)}`;
}

/** The sides of books as JSON; each is written once a change of the book and depth. */
export class BookWriter {
  readonly #kept = new WeakMap<Instrument, Map<number, Kept>>();

  sides(instrument: Instrument, change: number, limit: number): string {
    const depth = Math.min(limit, BOOK_DEPTH);
    const byDepth = this.#kept.get(instrument) ?? new Map<number, Kept>();
    const kept = byDepth.get(depth);
    if (kept?.change === change) return kept.json;
    const json = sidesJson(instrument, instrument.market.book.levels(change, depth));
    if (byDepth.size >= KEPT_DEPTHS && !kept) byDepth.clear();
    byDepth.set(depth, { change, json });
    this.#kept.set(instrument, byDepth);
    return json;
  }
}
