import type { BookSnapshot } from '../../driver/index.js';
import {
  emptyOrderBook,
  fillOrderBook,
  MessagePool,
  type OrderBookMessage,
  type OrderBookValues,
} from '../../objects/index.js';
import type { ObjectsReading } from './messages.js';

// A collector hands a book on and is done with it a little later; this many are in use at a time.
const BOOKS_IN_USE = 32;
const LEVELS = 100;

/** Turns answers into order-book messages, fresh (day 1) or from the object pool (day 2), and lets go of old ones. */
export class BookKeeper {
  readonly #pool: MessagePool | null;
  readonly #inUse: OrderBookMessage[] = [];
  #asked = 0;
  #askedBefore = 0;
  #statsBefore = { hits: 0, created: 0 };

  constructor(objects: 'fresh' | 'pooled') {
    this.#pool = objects === 'pooled' ? new MessagePool({ max: BOOKS_IN_USE * 2, levels: LEVELS }) : null;
  }

  keep(symbol: string, book: BookSnapshot): void {
    const values: OrderBookValues = {
      symbol,
      firstId: book.updateId,
      lastId: book.updateId,
      timeMs: 0,
      bids: book.bids.map(([price, size]) => [Number(price), Number(size)]),
      asks: book.asks.map(([price, size]) => [Number(price), Number(size)]),
    };
    this.#asked += 1;
    this.#inUse.push(this.#pool ? this.#pool.orderBook(values) : fillOrderBook(emptyOrderBook(LEVELS), values));
    if (this.#inUse.length > BOOKS_IN_USE) {
      const done = this.#inUse.shift();
      if (done) this.#pool?.orderBooks.release(done);
    }
  }

  /** Forgets what was counted so far, as at the end of the warm-up. */
  reset(): void {
    this.read();
  }

  /** Counts since the last reading; null where every object is fresh. */
  read(): ObjectsReading | null {
    const stats = this.#pool?.orderBooks.stats();
    const asked = this.#asked - this.#askedBefore;
    this.#askedBefore = this.#asked;
    if (!stats) return null;
    const reading = {
      asked,
      hits: stats.hits - this.#statsBefore.hits,
      created: stats.created - this.#statsBefore.created,
    };
    this.#statsBefore = stats;
    return reading;
  }
}
