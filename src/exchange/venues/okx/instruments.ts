import {
  Candles,
  type MarketSymbol,
  type Perpetual,
  type PerpetualSymbol,
  type SyntheticMarket,
} from '../../market/index.js';
import { plainNumber, plainWriter } from './decimals.js';

/** When everything was listed: no bar is older. */
export const LISTED_AT_MS = 1_606_468_572_000;

export type InstrumentType = 'SPOT' | 'SWAP';

// With the market's lots this gives contracts of 0.01 BTC, 0.1 ETH, 1 SOL, 100 XRP, 1000 DOGE, as the venue has.
const LOT_PLACES_OF_CONTRACT = 3;
const MAX_PLACES = 8;

/** A market symbol as the venue trades it: on the spot market, or as a perpetual contract (`SWAP`) in contracts. */
export class OkxInstrument {
  /** `BTC-USDT`, `BTC-USDT-SWAP` */
  readonly id: string;
  readonly type: InstrumentType;
  /** `BTC-USDT` */
  readonly pair: string;
  readonly market: MarketSymbol;
  readonly contract: Perpetual | undefined;
  /** Decimals of the size of a lot, in the unit of `size`. */
  readonly sizeDecimals: number;
  /** Writes a price given in ticks. */
  readonly price: (ticks: number) => string;
  /** Writes a quantity given in lots: base currency (spot) or contracts (swap). */
  readonly size: (lots: number) => string;
  /** Writes a quantity given in lots as base currency. */
  readonly coins: (lots: number) => string;
  readonly #amount: (value: number) => string;
  readonly #epochMs: number;
  #candles: Candles | undefined;

  constructor(market: MarketSymbol | PerpetualSymbol, epochMs: number) {
    const { base, quote, priceDecimals, lotDecimals } = market.spec;
    this.market = market;
    this.contract = 'contract' in market ? market.contract : undefined;
    this.type = this.contract ? 'SWAP' : 'SPOT';
    this.pair = `${base}-${quote}`;
    this.id = this.contract ? `${this.pair}-SWAP` : this.pair;
    this.sizeDecimals = this.contract ? LOT_PLACES_OF_CONTRACT : lotDecimals;
    this.price = plainWriter(priceDecimals);
    this.size = plainWriter(this.sizeDecimals);
    this.coins = plainWriter(lotDecimals);
    this.#amount = plainWriter(priceDecimals + lotDecimals);
    this.#epochMs = epochMs;
  }

  get candles(): Candles {
    const { book, tape, spec } = this.market;
    this.#candles ??= new Candles({ book, tape, tradesPerSecond: spec.tradesPerSecond, epochMs: this.#epochMs });
    return this.#candles;
  }

  /** Base currency in one contract, as text; empty on the spot market. */
  get contractValue(): string {
    return this.contract ? this.coins(10 ** LOT_PLACES_OF_CONTRACT) : '';
  }

  /** Writes a quote amount given as Σ ticks × lots. */
  amount(value: number): string {
    if (Number.isSafeInteger(value)) return this.#amount(value);
    const { priceDecimals, lotDecimals } = this.market.spec;
    return plainNumber(value / 10 ** (priceDecimals + lotDecimals), MAX_PLACES);
  }
}

/** The venue's instruments by id. */
export class InstrumentTable {
  /** The spot market, then the contracts; each most active first. */
  readonly all: readonly OkxInstrument[];
  readonly #byId: ReadonlyMap<string, OkxInstrument>;

  constructor(market: SyntheticMarket, epochMs: number) {
    this.all = [...market.symbols, ...market.perpetuals].map((symbol) => new OkxInstrument(symbol, epochMs));
    this.#byId = new Map(this.all.map((instrument) => [instrument.id, instrument]));
  }

  named(id: string): OkxInstrument | undefined {
    return this.#byId.get(id);
  }

  /** All of a type, most active first; none of a type that the venue lists nothing in. */
  ofType(type: string): OkxInstrument[] {
    return this.all.filter((instrument) => instrument.type === type);
  }
}
