import { BOOK_DEPTH, type Level, type Touch } from '../../market/index.js';
import type { BinanceSymbol } from './symbols.js';

const KEPT_DEPTHS = 4;

/** Price levels as the venue writes them: `[["76650.00000000","1.20623000"],…]`. */
export function levelsJson(symbol: BinanceSymbol, levels: readonly Level[]): string {
  let json = '';
  for (const [ticks, lots] of levels) json += `,["${symbol.price(ticks)}","${symbol.quantity(lots)}"]`;
  return `[${json.slice(1)}]`;
}

/** Bids with one too many on top: above the best ask, as no book ever stands. */
export function crossedBids({ askTicks, bidLots }: Touch, bids: readonly Level[]): Level[] {
  return [[askTicks + 1, bidLots], ...bids];
}

/** Writes a snapshot from its update id and its sides in JSON. */
export type WriteSnapshot = (id: number, bids: string, asks: string) => string;

/** Book snapshots; each is written once a change of the book and depth. */
export class SnapshotWriter {
  readonly #write: WriteSnapshot;
  readonly #kept = new WeakMap<BinanceSymbol, Map<number, { readonly change: number; readonly json: string }>>();

  constructor(write: WriteSnapshot) {
    this.#write = write;
  }

  json(symbol: BinanceSymbol, change: number, limit: number): string {
    const depth = Math.min(limit, BOOK_DEPTH);
    const byDepth = this.#kept.get(symbol) ?? new Map<number, { change: number; json: string }>();
    const kept = byDepth.get(depth);
    if (kept?.change === change) return kept.json;
    const { book } = symbol.market;
    const { bids, asks } = book.levels(change, depth);
    const json = this.#write(book.updateId(change), levelsJson(symbol, bids), levelsJson(symbol, asks));
    if (byDepth.size >= KEPT_DEPTHS && !kept) byDepth.clear();
    byDepth.set(depth, { change, json });
    this.#kept.set(symbol, byDepth);
    return json;
  }

  /** The same snapshot with its best bid above its best ask. */
  crossed(symbol: BinanceSymbol, change: number, limit: number): string {
    const { book } = symbol.market;
    const { bids, asks } = book.levels(change, limit);
    const wrong = crossedBids(book.touch(change), bids).slice(0, bids.length);
    return this.#write(book.updateId(change), levelsJson(symbol, wrong), levelsJson(symbol, asks));
  }
}
