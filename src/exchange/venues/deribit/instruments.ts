import {
  type Bar,
  Candles,
  type DaySummary,
  type MarketSymbol,
  type PerpetualSymbol,
  type SyntheticMarket,
  daySummary,
  decimalWriter,
} from '../../market/index.js';
import { rounded } from './numbers.js';

/** Inverse contracts, by base: their size in USD. All other perpetuals are linear, in USDC. */
const INVERSE_SIZES: ReadonlyMap<string, number> = new Map([
  ['BTC', 10],
  ['ETH', 1],
]);
/** The venue has spot pairs for a handful of its symbols only. */
const SPOT_PAIRS = 8;
const LINEAR_QUOTE = 'USDC';
const FIRST_ID = 210_838;
/** The statistics of a day are taken anew this often: bars of a day are too dear for every ticker. */
const DAY_PERIOD_MS = 2_000;

export type InstrumentKind = 'future' | 'spot';

/** An instrument as the venue spells it and writes its numbers. A lot of the market is one contract of an inverse one. */
export class DeribitInstrument {
  /** `BTC-PERPETUAL`, `SOL_USDC-PERPETUAL`, `BTC_USDC` */
  readonly name: string;
  readonly id: number;
  readonly kind: InstrumentKind;
  /** Amounts are in USD and settled in the base currency. */
  readonly inverse: boolean;
  readonly base: string;
  readonly quote: string;
  readonly settlement: string;
  /** In USD where inverse, otherwise in the base currency. */
  readonly contractSize: number;
  /** `btc_usd`, `sol_usdc` */
  readonly indexName: string;
  readonly market: MarketSymbol;
  /** The perpetual contract on the same base; its own one unless this is a spot pair. */
  readonly perpetual: PerpetualSymbol;
  /** Writes a price given in whole ticks. */
  readonly price: (ticks: number) => string;
  /** Writes an amount given in lots. */
  readonly amount: (lots: number) => string;
  readonly #epochMs: number;
  #candles: Candles | undefined;
  #day: { readonly atMs: number; readonly summary: DaySummary } | undefined;

  constructor(kind: InstrumentKind, perpetual: PerpetualSymbol, market: MarketSymbol, epochMs: number) {
    const { base, rank, priceDecimals, lotDecimals } = market.spec;
    const usd = kind === 'future' ? INVERSE_SIZES.get(base) : undefined;
    this.kind = kind;
    this.market = market;
    this.perpetual = perpetual;
    this.base = base;
    this.inverse = usd !== undefined;
    this.quote = this.inverse ? 'USD' : LINEAR_QUOTE;
    this.settlement = this.inverse ? base : LINEAR_QUOTE;
    this.contractSize = usd ?? 10 ** -lotDecimals;
    const pair = this.inverse ? base : `${base}_${LINEAR_QUOTE}`;
    this.name = kind === 'spot' ? pair : `${pair}-PERPETUAL`;
    this.id = FIRST_ID + 2 * rank + (kind === 'spot' ? 1 : 0);
    this.indexName = `${base}_${this.quote}`.toLowerCase();
    this.price = decimalWriter(priceDecimals, priceDecimals);
    this.amount = usd === undefined ? decimalWriter(lotDecimals, lotDecimals) : (lots) => String(lots * usd);
    this.#epochMs = epochMs;
  }

  get candles(): Candles {
    const { book, tape, spec } = this.market;
    this.#candles ??= new Candles({ book, tape, tradesPerSecond: spec.tradesPerSecond, epochMs: this.#epochMs });
    return this.#candles;
  }

  /** The rolling 24 hours up to the last whole period of two seconds. */
  day(marketMs: number): DaySummary {
    const atMs = Math.floor(marketMs / DAY_PERIOD_MS) * DAY_PERIOD_MS;
    if (this.#day?.atMs !== atMs) this.#day = { atMs, summary: daySummary(this.market, this.candles, atMs) };
    return this.#day.summary;
  }

  /** Writes a price between ticks; one digit more than a tick has. */
  finePrice(ticks: number): string {
    const { priceDecimals } = this.market.spec;
    return rounded(ticks / 10 ** priceDecimals, priceDecimals + 1);
  }

  /** What was traded in a bar, in the base currency. */
  baseVolume({ lots, value }: Bar): number {
    const { priceDecimals, lotDecimals } = this.market.spec;
    if (!this.inverse) return lots / 10 ** lotDecimals;
    // Σ USD over the mean price; within a bar prices are so close that the kind of mean does not show.
    return lots > 0 ? (lots * this.contractSize * lots * 10 ** priceDecimals) / value : 0;
  }

  /** What was traded in a bar, in the quote currency. */
  quoteVolume({ lots, value }: Bar): number {
    const { priceDecimals, lotDecimals } = this.market.spec;
    return this.inverse ? lots * this.contractSize : value / 10 ** (priceDecimals + lotDecimals);
  }

  /** Whether the venue lists it under this currency. */
  listedUnder(currency: string): boolean {
    return currency === this.settlement || (this.kind === 'spot' && currency === this.base);
  }
}

/** The venue's instruments: perpetuals, then spot pairs, each most active first. */
export class InstrumentTable {
  readonly all: readonly DeribitInstrument[];
  readonly currencies: readonly string[];
  readonly #byName: ReadonlyMap<string, DeribitInstrument>;
  readonly #byIndex: ReadonlyMap<string, DeribitInstrument>;

  constructor(market: SyntheticMarket, epochMs: number) {
    const { perpetuals } = market;
    const futures = perpetuals.map((perpetual) => new DeribitInstrument('future', perpetual, perpetual, epochMs));
    const pairs = market.symbols.slice(0, SPOT_PAIRS).flatMap((symbol, rank) => {
      const perpetual = perpetuals[rank];
      return perpetual ? [new DeribitInstrument('spot', perpetual, symbol, epochMs)] : [];
    });
    this.all = [...futures, ...pairs];
    this.currencies = [...new Set([...futures.map(({ base }) => base), LINEAR_QUOTE])];
    this.#byName = new Map(this.all.map((instrument) => [instrument.name, instrument]));
    this.#byIndex = new Map([...pairs, ...futures].map((instrument) => [instrument.indexName, instrument]));
  }

  named(name: string): DeribitInstrument | undefined {
    return this.#byName.get(name);
  }

  /** An instrument that is on this index. */
  onIndex(indexName: string): DeribitInstrument | undefined {
    return this.#byIndex.get(indexName);
  }

  get indexNames(): string[] {
    return [...this.#byIndex.keys()];
  }

  /** Instruments of a currency and a kind, `any` for all. */
  select(currency: string, kind: string): DeribitInstrument[] {
    return this.all.filter(
      (instrument) =>
        (currency === 'any' || instrument.listedUnder(currency)) && (kind === 'any' || kind === instrument.kind),
    );
  }
}
