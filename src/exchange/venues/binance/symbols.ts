import { Candles, type MarketSymbol, type SyntheticMarket, decimalWriter } from '../../market/index.js';

const PLACES = 8;

/** A market symbol as the venue spells it and writes its numbers: decimals as strings of eight places. */
export class BinanceSymbol {
  /** `BTCUSDT` */
  readonly name: string;
  /** `btcusdt`, as in stream names */
  readonly streamName: string;
  readonly market: MarketSymbol;
  /** Writes a price given in ticks. */
  readonly price: (ticks: number) => string;
  /** Writes a quantity given in lots. */
  readonly quantity: (lots: number) => string;
  readonly #amount: (value: number) => string;
  readonly #epochMs: number;
  #candles: Candles | undefined;

  constructor(market: MarketSymbol, epochMs: number) {
    const { base, quote, priceDecimals, lotDecimals } = market.spec;
    this.market = market;
    this.name = `${base}${quote}`;
    this.streamName = this.name.toLowerCase();
    this.price = decimalWriter(priceDecimals, PLACES);
    this.quantity = decimalWriter(lotDecimals, PLACES);
    this.#amount = decimalWriter(priceDecimals + lotDecimals, PLACES);
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
    return (value / 10 ** (priceDecimals + lotDecimals)).toFixed(PLACES);
  }

  /** Writes a price between ticks. */
  meanPrice(ticks: number): string {
    return (ticks / 10 ** this.market.spec.priceDecimals).toFixed(PLACES);
  }
}

/** The venue's symbols by name. */
export class SymbolTable {
  /** Most active first. */
  readonly all: readonly BinanceSymbol[];
  readonly #byName: ReadonlyMap<string, BinanceSymbol>;
  readonly #byStreamName: ReadonlyMap<string, BinanceSymbol>;

  constructor(market: SyntheticMarket, epochMs: number) {
    this.all = market.symbols.map((symbol) => new BinanceSymbol(symbol, epochMs));
    this.#byName = new Map(this.all.map((symbol) => [symbol.name, symbol]));
    this.#byStreamName = new Map(this.all.map((symbol) => [symbol.streamName, symbol]));
  }

  named(name: string): BinanceSymbol | undefined {
    return this.#byName.get(name);
  }

  streamed(streamName: string): BinanceSymbol | undefined {
    return this.#byStreamName.get(streamName);
  }
}
