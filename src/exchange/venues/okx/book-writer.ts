import type { OkxInstrument } from './instruments.js';
import { sidesJson } from './levels.js';

const KEPT_DEPTHS = 8;

/** Both sides of a book at a depth as JSON, `"asks":[…],"bids":[…]`; written once a change of the book. */
export class BookWriter {
  readonly #kept = new WeakMap<OkxInstrument, Map<number, { readonly change: number; readonly json: string }>>();

  sides(instrument: OkxInstrument, change: number, depth: number): string {
    const byDepth = this.#kept.get(instrument) ?? new Map<number, { change: number; json: string }>();
    const kept = byDepth.get(depth);
    if (kept?.change === change) return kept.json;
    const json = sidesJson(instrument, instrument.market.book.levels(change, depth));
    if (byDepth.size >= KEPT_DEPTHS && !kept) byDepth.clear();
    byDepth.set(depth, { change, json });
    this.#kept.set(instrument, byDepth);
    return json;
  }
}
