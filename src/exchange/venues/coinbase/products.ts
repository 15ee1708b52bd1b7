import { Candles, type MarketSymbol, type SyntheticMarket, decimalWriter } from '../../market/index.js';

const QUOTE = 'USD';
const SIZE_PLACES = 8;

/** A market symbol as the venue spells it and writes its numbers; it trades against dollars. */
export class CoinbaseProduct {
  /** `BTC-USD` */
  readonly id: string;
  readonly base: string;
  readonly quote = QUOTE;
  readonly market: MarketSymbol;
  /** Writes a price given in ticks. */
  readonly price: (ticks: number) => string;
  /** Writes a size given in lots. */
  readonly size: (lots: number) => string;
  readonly #epochMs: number;
  #candles: Candles | undefined;

  constructor(market: MarketSymbol, epochMs: number) {
    const { base, priceDecimals, lotDecimals } = market.spec;
    this.market = market;
    this.base = base;
    this.id = `${base}-${QUOTE}`;
    this.price = decimalWriter(priceDecimals, priceDecimals);
    this.size = decimalWriter(lotDecimals, SIZE_PLACES);
    this.#epochMs = epochMs;
  }

  get candles(): Candles {
    const { book, tape, spec } = this.market;
    this.#candles ??= new Candles({ book, tape, tradesPerSecond: spec.tradesPerSecond, epochMs: this.#epochMs });
    return this.#candles;
  }

  /** When a change of the book happened: the beginning of the interval that it belongs to, in market time. */
  momentOf(change: number): number {
    return change * this.market.spec.bookIntervalMs;
  }

  /** The product's sequence at a market moment; every change of the book and every trade raises it. */
  sequenceAt(marketMs: number): number {
    return this.sequenceOf(this.market.tape.nextTradeId(marketMs) - 1, marketMs);
  }

  /** The sequence of the trade with this id, made at this moment. */
  sequenceOf(tradeId: number, marketMs: number): number {
    const { book } = this.market;
    return book.updateId(book.changeAt(marketMs)) + tradeId;
  }
}

/** The venue's products by id. */
export class ProductTable {
  /** Most active first. */
  readonly all: readonly CoinbaseProduct[];
  readonly #byId: ReadonlyMap<string, CoinbaseProduct>;

  constructor(market: SyntheticMarket, epochMs: number) {
    this.all = market.symbols.map((symbol) => new CoinbaseProduct(symbol, epochMs));
    this.#byId = new Map(this.all.map((product) => [product.id, product]));
  }

  withId(id: string): CoinbaseProduct | undefined {
    return this.#byId.get(id);
  }
}
