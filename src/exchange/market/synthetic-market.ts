import { type Clock, type Random, seededRandom } from '../../base/index.js';
import { hash32 } from './hash.js';
import { OrderBook } from './order-book.js';
import { type SymbolSpec, listSymbols } from './symbol-spec.js';
import { TradeTape } from './trade-tape.js';

/** One symbol of the market: what it is, its book and its trades. */
export interface MarketSymbol {
  readonly spec: SymbolSpec;
  readonly book: OrderBook;
  readonly tape: TradeTape;
}

export interface MarketOptions {
  readonly seed: string;
  /** How many symbols are listed. */
  readonly symbols: number;
  /** Scales every rate; 1 is the mean of a normal day. Must be positive. */
  readonly activity: number;
  readonly clock: Clock;
  /** Defaults to a generator seeded with `seed`. */
  readonly random?: Random;
}

/**
 * A seeded market that every venue can read. Books and trades are functions of (seed, symbol, market time): nothing
 * advances by itself, no request has to catch up, and the same seed shows the same market on every machine.
 * Market time is milliseconds of the clock since the market was made; it extends backwards, so history is there.
 */
export class SyntheticMarket {
  /** Most active first. */
  readonly symbols: readonly MarketSymbol[];
  readonly #clock: Clock;
  readonly #startMs: number;

  constructor({ seed, symbols, activity, clock, random = seededRandom(seed) }: MarketOptions) {
    this.#clock = clock;
    this.#startMs = clock.now();
    this.symbols = listSymbols(symbols, activity, random.fork('listing')).map((spec) =>
      openSymbol(spec, random.fork(`${spec.base}/${spec.quote}`)),
    );
  }

  /** Market time in milliseconds. */
  now(): number {
    return this.#clock.now() - this.#startMs;
  }
}

function openSymbol(spec: SymbolSpec, random: Random): MarketSymbol {
  const key = random.integer(2 ** 32);
  const book = new OrderBook(hash32(key, 0), spec);
  return { spec, book, tape: new TradeTape(hash32(key, 1), spec, book) };
}
