import { type Clock, type Random, seededRandom } from '../../base/index.js';
import { hash32 } from './hash.js';
import { OrderBook } from './order-book.js';
import { Perpetual } from './perpetual.js';
import { type SymbolSpec, listSymbols } from './symbol-spec.js';
import { TradeTape } from './trade-tape.js';

/** One symbol of the market: what it is, its book and its trades. */
export interface MarketSymbol {
  readonly spec: SymbolSpec;
  readonly book: OrderBook;
  readonly tape: TradeTape;
}

/** A perpetual contract on a symbol: a book and trades of its own around the same price. */
export interface PerpetualSymbol extends MarketSymbol {
  readonly contract: Perpetual;
}

export interface MarketOptions {
  readonly seed: string;
  /** How many symbols are listed. */
  readonly symbols: number;
  /** Scales every rate; 1 is the mean of a normal day. Must be positive. */
  readonly activity: number;
  readonly clock: Clock;
  /** Market time at which it is made, in milliseconds (default 0). */
  readonly ageMs?: number;
  /** Defaults to a generator seeded with `seed`. */
  readonly random?: Random;
}

/**
 * A seeded market that every venue can read. Books and trades are functions of (seed, symbol, market time): nothing
 * advances by itself, no request has to catch up, and the same seed shows the same market on every machine.
 * Market time is milliseconds of the clock since the market was made, or its age then more; it extends backwards, so history is there.
 */
export class SyntheticMarket {
  /** Most active first. */
  readonly symbols: readonly MarketSymbol[];
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #keys: readonly number[];
  #perpetuals: readonly PerpetualSymbol[] | undefined;

  constructor({ seed, symbols, activity, clock, ageMs = 0, random = seededRandom(seed) }: MarketOptions) {
    this.#clock = clock;
    this.#startMs = clock.now() - ageMs;
    const specs = listSymbols(symbols, activity, random.fork('listing'));
    this.#keys = specs.map(({ base, quote }) => random.fork(`${base}/${quote}`).integer(2 ** 32));
    this.symbols = specs.map((spec, rank) => openSymbol(spec, this.#keys[rank] ?? 0));
  }

  /** A perpetual contract on each symbol, in the same order. */
  get perpetuals(): readonly PerpetualSymbol[] {
    this.#perpetuals ??= this.symbols.map(({ spec }, rank) => openPerpetual(spec, this.#keys[rank] ?? 0));
    return this.#perpetuals;
  }

  /** Market time in milliseconds. */
  now(): number {
    return this.#clock.now() - this.#startMs;
  }
}

function openSymbol(spec: SymbolSpec, key: number): MarketSymbol {
  const book = new OrderBook(hash32(key, 0), spec);
  return { spec, book, tape: new TradeTape(hash32(key, 1), spec, book) };
}

function openPerpetual(spec: SymbolSpec, key: number): PerpetualSymbol {
  const spotBookKey = hash32(key, 0);
  const book = new OrderBook(hash32(key, 2), spec, hash32(spotBookKey, 1));
  const tape = new TradeTape(hash32(key, 3), spec, book);
  return { spec, book, tape, contract: new Perpetual(hash32(key, 4), spec, book) };
}
