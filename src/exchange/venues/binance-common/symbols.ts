import { Candles, type MarketSymbol, decimalWriter } from '../../market/index.js';

const MOST_PLACES = 8;

/** A market symbol as the venue spells it and writes its numbers: decimals as strings. */
export class BinanceSymbol<M extends MarketSymbol = MarketSymbol> {
  /** `BTCUSDT` */
  readonly name: string;
  /** `btcusdt`, as in stream names */
  readonly streamName: string;
  readonly market: M;
  /** Writes a price given in ticks. */
  readonly price: (ticks: number) => string;
  /** Writes a quantity given in lots. */
  readonly quantity: (lots: number) => string;
  readonly #amount: (value: number) => string;
  readonly #amountPlaces: number;
  readonly #epochMs: number;
  #candles: Candles | undefined;

  /** `places` is how many fraction digits every number has; without it, as many as its unit needs. */
  constructor(market: M, epochMs: number, places?: number) {
    const { base, quote, priceDecimals, lotDecimals } = market.spec;
    this.market = market;
    this.name = `${base}${quote}`;
    this.streamName = this.name.toLowerCase();
    this.price = decimalWriter(priceDecimals, places ?? priceDecimals);
    this.quantity = decimalWriter(lotDecimals, places ?? lotDecimals);
    this.#amountPlaces = places ?? priceDecimals + lotDecimals;
    this.#amount = decimalWriter(priceDecimals + lotDecimals, this.#amountPlaces);
    this.#epochMs = epochMs;
  }

  get candles(): Candles {
    const { book, tape, spec } = this.market;
    this.#candles ??= new Candles({ book, tape, tradesPerSecond: spec.tradesPerSecond, epochMs: this.#epochMs });
    return this.#candles;
  }

  /** Writes a quote amount given as Σ ticks × lots. */
  amount(value: number): string {
    const { priceDecimals, lotDecimals } = this.market.spec;
    if (Number.isSafeInteger(value)) return this.#amount(value);
    return (value / 10 ** (priceDecimals + lotDecimals)).toFixed(this.#amountPlaces);
  }

  /** Writes a price between ticks. */
  meanPrice(ticks: number): string {
    return (ticks / 10 ** this.market.spec.priceDecimals).toFixed(MOST_PLACES);
  }
}

/** The venue's symbols by name. */
export class SymbolTable<M extends MarketSymbol = MarketSymbol> {
  /** Most active first. */
  readonly all: readonly BinanceSymbol<M>[];
  readonly #byName: ReadonlyMap<string, BinanceSymbol<M>>;
  readonly #byStreamName: ReadonlyMap<string, BinanceSymbol<M>>;

  constructor(all: readonly BinanceSymbol<M>[]) {
    this.all = all;
    this.#byName = new Map(all.map((symbol) => [symbol.name, symbol]));
    this.#byStreamName = new Map(all.map((symbol) => [symbol.streamName, symbol]));
  }

  named(name: string): BinanceSymbol<M> | undefined {
    return this.#byName.get(name);
  }

  streamed(streamName: string): BinanceSymbol<M> | undefined {
    return this.#byStreamName.get(streamName);
  }
}
