import type { VenueTime } from '../../feed/index.js';
import type { BookWriter } from './book-writer.js';
import type { CoinbaseProduct, ProductTable } from './products.js';
import type { StatisticsBoard } from './statistics.js';

/** What every endpoint and every channel may look at. */
export interface CoinbaseContext {
  readonly products: ProductTable;
  readonly time: VenueTime;
  readonly books: BookWriter;
  readonly statistics: StatisticsBoard;
}

/** A JSON body, with headers beyond the usual ones. */
export interface Answer {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One REST path of the whole venue. */
export type VenueEndpoint = (context: CoinbaseContext) => Answer;

/** One REST path below a product. Throws CoinbaseError. */
export type ProductEndpoint = (context: CoinbaseContext, product: CoinbaseProduct, query: URLSearchParams) => Answer;
