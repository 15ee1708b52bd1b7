import { hash32, uniform } from './hash.js';
import type { OrderBook } from './order-book.js';
import { smoothNoise } from './smooth-noise.js';
import type { SymbolSpec } from './symbol-spec.js';

/** A position that the venue closed: its order trades at once, so it has a side and a price. */
export interface Liquidation {
  readonly id: number;
  readonly marketMs: number;
  readonly ticks: number;
  readonly lots: number;
  /** True when a long position was sold out, false when a short one was bought back. */
  readonly sold: boolean;
}

/** The longest that positions go without paying funding: every venue here settles each eight hours. */
export const FUNDING_PERIOD_MS = 8 * 3_600_000;
const MEAN_FUNDING = 0.0001;
const PREMIUM = 3e-4;
const PREMIUM_PERIOD_MS = 45_000;
const INTEREST_PERIOD_MS = 600_000;
const LIQUIDATIONS_PER_TRADE = 1 / 700;

/** What a perpetual contract has beside its book and trades; all of it functions of market time. */
export class Perpetual {
  readonly #key: number;
  readonly #spec: SymbolSpec;
  readonly #book: OrderBook;
  /** One liquidation falls into each stretch of this length, at an irregular moment of it. */
  readonly #stretchMs: number;
  readonly #firstId: number;

  constructor(key: number, spec: SymbolSpec, book: OrderBook) {
    this.#key = key;
    this.#spec = spec;
    this.#book = book;
    this.#stretchMs = 1e3 / (spec.tradesPerSecond * LIQUIDATIONS_PER_TRADE);
    this.#firstId = 1 + (hash32(key, 1) % 1_000_000);
  }

  /** Price of the index that the contract is on, in ticks with fraction. */
  indexTicks(marketMs: number): number {
    const { bidTicks } = this.#book.touch(this.#book.changeAt(marketMs));
    return (bidTicks + 0.5) / (1 + this.#premium(marketMs));
  }

  /** Fair price that positions are valued at, in ticks with fraction; between index and book. */
  markTicks(marketMs: number): number {
    return this.indexTicks(marketMs) * (1 + this.#premium(marketMs) / 2);
  }

  /** Share of a position's value that longs pay shorts for the funding period of this number (negative: receive). */
  fundingRate(period: number): number {
    return MEAN_FUNDING * (1 + 2 * (uniform(hash32(this.#key, 2), period) - 0.5));
  }

  /** Contracts open on either side, in lots. */
  openInterestLots(marketMs: number): number {
    const wave = smoothNoise(hash32(this.#key, 3), marketMs / INTEREST_PERIOD_MS);
    return Math.round(this.#spec.meanLots * 20_000 * (1 + 0.05 * wave));
  }

  /** Share of accounts that are long, within (0, 1); `kind` tells apart the populations that venues report. */
  longShare(marketMs: number, kind = 0): number {
    return 0.55 + 0.12 * smoothNoise(hash32(this.#key, 16 + kind), marketMs / INTEREST_PERIOD_MS);
  }

  /** Id of the first liquidation after this market time. */
  nextLiquidationId(marketMs: number): number {
    const stretch = Math.floor(marketMs / this.#stretchMs);
    return this.#firstId + stretch + (this.#momentOf(stretch) <= marketMs ? 1 : 0);
  }

  /** Liquidations from `fromId` on, oldest first, up to `untilMs` inclusive and `limit` of them. */
  liquidations(fromId: number, untilMs: number, limit = Infinity): Liquidation[] {
    const end = Math.min(this.nextLiquidationId(untilMs), fromId + limit);
    return Array.from({ length: Math.max(0, end - fromId) }, (_, i) => this.#liquidation(fromId + i));
  }

  #liquidation(id: number): Liquidation {
    const stretch = id - this.#firstId;
    const marketMs = this.#momentOf(stretch);
    const sold = (hash32(hash32(this.#key, 5), stretch) & 1) === 1;
    const { bidTicks, askTicks } = this.#book.touch(this.#book.changeAt(marketMs));
    const lots = Math.max(1, Math.ceil(this.#spec.meanLots * 4 * uniform(hash32(this.#key, 6), stretch) ** 4));
    return { id, marketMs, ticks: sold ? bidTicks : askTicks, lots, sold };
  }

  #momentOf(stretch: number): number {
    return (stretch + uniform(hash32(this.#key, 4), stretch)) * this.#stretchMs;
  }

  #premium(marketMs: number): number {
    return PREMIUM * smoothNoise(hash32(this.#key, 0), marketMs / PREMIUM_PERIOD_MS);
  }
}
