import type { Level } from '../../market/index.js';
import { restingOrderId } from './order-ids.js';
import type { CoinbaseProduct } from './products.js';

type Side = 'bids' | 'asks';
type WriteLevel = (product: CoinbaseProduct, side: Side, level: Level) => string;

/** The two sides of a book as JSON, without braces: `"bids":[…],"asks":[…]`. */
interface Kept {
  readonly change: number;
  readonly json: string;
}

/** How books are written: `1`, `2` and `3` are the levels of detail of REST, `stream` is the snapshot of a stream. */
const FORMS = {
  1: { depth: 1, write: aggregated },
  2: { depth: Infinity, write: aggregated },
  3: { depth: Infinity, write: singleOrders },
  stream: { depth: Infinity, write: bare },
} as const satisfies Record<string, { depth: number; write: WriteLevel }>;

export type BookForm = keyof typeof FORMS;

/** Books as JSON; each is written once a change of the book and form. */
export class BookWriter {
  readonly #kept = new WeakMap<CoinbaseProduct, Map<BookForm, Kept>>();

  /** Both sides at a change of the book, without braces. */
  sides(product: CoinbaseProduct, change: number, form: BookForm): string {
    const forms = this.#kept.get(product) ?? new Map<BookForm, Kept>();
    const kept = forms.get(form);
    if (kept?.change === change) return kept.json;
    const { depth, write } = FORMS[form];
    const { bids, asks } = product.market.book.levels(change, depth);
    const list = (side: Side, levels: readonly Level[]): string =>
      `"${side}":[${levels.map((level) => write(product, side, level)).join(',')}]`;
    const json = `${list('bids', bids)},${list('asks', asks)}`;
    forms.set(form, { change, json });
    this.#kept.set(product, forms);
    return json;
  }
}

function bare(product: CoinbaseProduct, _side: Side, [ticks, lots]: Level): string {
  return `["${product.price(ticks)}","${product.size(lots)}"]`;
}

function aggregated(product: CoinbaseProduct, _side: Side, [ticks, lots]: Level): string {
  return `["${product.price(ticks)}","${product.size(lots)}",${ordersOf(lots).length}]`;
}

function singleOrders(product: CoinbaseProduct, side: Side, [ticks, lots]: Level): string {
  const price = product.price(ticks);
  return ordersOf(lots)
    .map((part, index) => `["${price}","${product.size(part)}","${restingOrderId(side, ticks, index)}"]`)
    .join(',');
}

/** The orders that a level consists of, one to three, by their lots. */
function ordersOf(lots: number): number[] {
  const count = 1 + (lots % 3);
  const share = Math.floor(lots / count);
  return Array.from({ length: count }, (_, index) => (index === 0 ? lots - share * (count - 1) : share));
}
