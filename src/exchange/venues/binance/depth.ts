import { BOOK_DEPTH, type Level } from '../../market/index.js';
import { type Endpoint, requiredSymbol } from './endpoint.js';
import type { BinanceSymbol } from './symbols.js';

const MAX_LIMIT = 5000;
const KEPT_LIMITS = 4;

/** Price levels as the venue writes them: `[["76650.00000000","1.20623000"],…]`. */
export function levelsJson(symbol: BinanceSymbol, levels: readonly Level[]): string {
  let json = '';
  for (const [ticks, lots] of levels) json += `,["${symbol.price(ticks)}","${symbol.quantity(lots)}"]`;
  return `[${json.slice(1)}]`;
}

/** Book snapshots `{"lastUpdateId","bids","asks"}`; each is written once a change of the book and depth. */
export class SnapshotWriter {
  readonly #kept = new WeakMap<BinanceSymbol, Map<number, { readonly change: number; readonly json: string }>>();

  json(symbol: BinanceSymbol, change: number, limit: number): string {
    const depth = Math.min(limit, BOOK_DEPTH);
    const byDepth = this.#kept.get(symbol) ?? new Map<number, { change: number; json: string }>();
    const kept = byDepth.get(depth);
    if (kept?.change === change) return kept.json;
    const { book } = symbol.market;
    const { bids, asks } = book.levels(change, depth);
    const id = book.updateId(change);
    const json = `{"lastUpdateId":${id},"bids":${levelsJson(symbol, bids)},"asks":${levelsJson(symbol, asks)}}`;
    if (byDepth.size >= KEPT_LIMITS && !kept) byDepth.clear();
    byDepth.set(depth, { change, json });
    this.#kept.set(symbol, byDepth);
    return json;
  }
}

/** `GET /api/v3/depth` */
export function depthEndpoint(snapshots: SnapshotWriter): Endpoint {
  return {
    parameters: ['symbol', 'limit', 'symbolStatus'],
    answer: (context, parameters) => {
      const symbol = requiredSymbol(context, parameters);
      const limit = parameters.limit(100, MAX_LIMIT);
      const change = symbol.market.book.changeAt(context.time.marketNow());
      return { body: snapshots.json(symbol, change, limit), weight: depthWeight(limit) };
    },
  };
}

function depthWeight(limit: number): number {
  if (limit <= 100) return 5;
  if (limit <= 500) return 25;
  return limit <= 1000 ? 50 : 250;
}
