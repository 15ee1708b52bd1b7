import { Candles, type MarketSymbol, type Perpetual, type SyntheticMarket, decimalWriter } from '../../market/index.js';

/** Kinds of market, as paths and parameters name them. Nothing is traded on the last two. */
export const CATEGORIES = ['spot', 'linear', 'inverse', 'option'] as const;
export type Category = (typeof CATEGORIES)[number];

export function categoryOf(text: string): Category | undefined {
  return CATEGORIES.find((category) => category === text);
}

/** A spot pair or a perpetual contract as the venue spells it and writes its numbers. */
export class Instrument {
  readonly category: Category;
  /** `BTCUSDT`, of the pair and of the contract alike. */
  readonly name: string;
  readonly market: MarketSymbol;
  /** Undefined for a spot pair. */
  readonly contract: Perpetual | undefined;
  /** Writes a price given in ticks. */
  readonly price: (ticks: number) => string;
  readonly #quantity: (lots: number) => string;
  readonly #amount: (value: number) => string;
  readonly #epochMs: number;
  #candles: Candles | undefined;

  constructor(category: Category, market: MarketSymbol, epochMs: number, contract?: Perpetual) {
    const { base, quote, priceDecimals, lotDecimals } = market.spec;
    this.category = category;
    this.name = `${base}${quote}`;
    this.market = market;
    this.contract = contract;
    this.price = decimalWriter(priceDecimals, priceDecimals);
    this.#quantity = decimalWriter(lotDecimals, lotDecimals);
    this.#amount = decimalWriter(priceDecimals + lotDecimals, priceDecimals + lotDecimals);
    this.#epochMs = epochMs;
  }

  get candles(): Candles {
    const { book, tape, spec } = this.market;
    this.#candles ??= new Candles({ book, tape, tradesPerSecond: spec.tradesPerSecond, epochMs: this.#epochMs });
    return this.#candles;
  }

  /** Writes a quantity given in lots; a level that is gone has `0`. */
  quantity(lots: number): string {
    return lots === 0 ? '0' : this.#quantity(lots);
  }

  /** Writes a quote amount given as Σ ticks × lots. */
  amount(value: number): string {
    const { priceDecimals, lotDecimals } = this.market.spec;
    if (Number.isSafeInteger(value)) return this.#amount(value);
    return (value / 10 ** (priceDecimals + lotDecimals)).toFixed(4);
  }

  /** Writes a price between ticks, to a tenth of one. */
  meanPrice(ticks: number): string {
    const { priceDecimals } = this.market.spec;
    return (ticks / 10 ** priceDecimals).toFixed(priceDecimals + 1);
  }

  /** The cross sequence at a market moment: it orders everything about the instrument, of whatever topic. */
  sequenceAt(marketMs: number): number {
    const { book } = this.market;
    return book.updateId(book.changeAt(marketMs));
  }

  /** When a change of the book happened: the beginning of the interval that it belongs to, in market time. */
  momentOf(change: number): number {
    return change * this.market.spec.bookIntervalMs;
  }
}

/** The venue's instruments by category and name. */
export class InstrumentTable {
  readonly #market: SyntheticMarket;
  readonly #epochMs: number;
  readonly #tables = new Map<Category, ReadonlyMap<string, Instrument>>();

  constructor(market: SyntheticMarket, epochMs: number) {
    this.#market = market;
    this.#epochMs = epochMs;
  }

  /** All of a category by name, most active first. */
  of(category: Category): ReadonlyMap<string, Instrument> {
    const table = this.#tables.get(category) ?? this.#list(category);
    this.#tables.set(category, table);
    return table;
  }

  #list(category: Category): ReadonlyMap<string, Instrument> {
    const { symbols } = this.#market;
    const byName = (all: readonly Instrument[]): ReadonlyMap<string, Instrument> =>
      new Map(all.map((instrument) => [instrument.name, instrument]));
    if (category === 'spot') return byName(symbols.map((symbol) => new Instrument(category, symbol, this.#epochMs)));
    if (category !== 'linear') return byName([]);
    const { perpetuals } = this.#market;
    return byName(perpetuals.map((symbol) => new Instrument(category, symbol, this.#epochMs, symbol.contract)));
  }
}
