import { hash32, uniform } from './hash.js';
import { PriceGrid } from './price-grid.js';
import { PricePath } from './price-path.js';
import type { SymbolSpec } from './symbol-spec.js';

/** One price level: [price in ticks, quantity in lots]. In a difference, 0 lots delete the level. */
export type Level = readonly [ticks: number, lots: number];

/** Both sides, best price first. */
export interface BookLevels {
  readonly bids: Level[];
  readonly asks: Level[];
}

export interface Touch {
  readonly bidTicks: number;
  readonly bidLots: number;
  readonly askTicks: number;
  readonly askLots: number;
}

/** Levels on each side of a full book. */
export const BOOK_DEPTH = 1000;
const QUANTITIES = 1024;

interface SideView {
  readonly change: number;
  readonly touchTicks: number;
  readonly touchLots: number;
  /** Grid levels beyond the touch, inclusive, lowest and highest. */
  readonly low: number;
  readonly high: number;
}

/**
 * A limit order book as a pure function of the number of its change: nothing is stored, so a symbol that nobody asks
 * for costs nothing, and a difference between two changes is read off directly however far they are apart.
 * The best bid and ask are one tick apart and follow the price path; behind them stand BOOK_DEPTH - 1 grid levels.
 */
export class OrderBook {
  readonly #intervalMs: number;
  readonly #idsPerChange: number;
  readonly #firstUpdateId: number;
  readonly #path: PricePath;
  readonly #grid: PriceGrid;
  readonly #quantities: Int32Array;
  readonly #timeKey: number;
  readonly #bidKey: number;
  readonly #askKey: number;
  readonly #levelKey: number;

  constructor(key: number, spec: SymbolSpec) {
    this.#intervalMs = spec.bookIntervalMs;
    this.#idsPerChange = spec.idsPerChange;
    this.#firstUpdateId = Math.round((1 + uniform(key, 0)) * (100e9 / (1 + spec.rank)));
    this.#path = new PricePath(hash32(key, 1), spec.initialTicks);
    this.#grid = new PriceGrid(hash32(key, 2), spec.initialTicks);
    this.#timeKey = hash32(key, 3);
    this.#bidKey = hash32(key, 4);
    this.#askKey = hash32(key, 5);
    this.#levelKey = hash32(key, 6);
    this.#quantities = quantityTable(spec.meanLots);
  }

  /** Number of the last change at or before this market time. Changes come at irregular times, one an interval. */
  changeAt(marketMs: number): number {
    const change = Math.floor(marketMs / this.#intervalMs);
    return this.#timeOf(change) <= marketMs ? change : change - 1;
  }

  /** Id of the last update that a change contains; the change uses up the ids after the previous one's. */
  updateId(change: number): number {
    return this.#firstUpdateId + change * this.#idsPerChange;
  }

  touch(change: number): Touch {
    const bidTicks = this.#bidTicks(change);
    return {
      bidTicks,
      bidLots: this.#quantity(hash32(this.#bidKey, change)),
      askTicks: bidTicks + 1,
      askLots: this.#quantity(hash32(this.#askKey, change)),
    };
  }

  /** The best `depth` levels of each side (at most BOOK_DEPTH). */
  levels(change: number, depth: number = BOOK_DEPTH): BookLevels {
    const touch = this.touch(change);
    const bids: Level[] = [[touch.bidTicks, touch.bidLots]];
    const asks: Level[] = [[touch.askTicks, touch.askLots]];
    const bid = this.#grid.below(touch.bidTicks);
    const ask = this.#grid.above(touch.askTicks);
    const behind = Math.min(depth, BOOK_DEPTH) - 1;
    for (let i = 0; i < behind; i += 1) {
      bids.push(this.#level(bid - i, change));
      asks.push(this.#level(ask + i, change));
    }
    return { bids, asks };
  }

  /** The levels to set or delete so that the full book at `from` becomes the full book at `to`. */
  difference(from: number, to: number): BookLevels {
    return {
      bids: this.#sideDifference(this.#bidView(from), this.#bidView(to)).sort((a, b) => b[0] - a[0]),
      asks: this.#sideDifference(this.#askView(from), this.#askView(to)).sort((a, b) => a[0] - b[0]),
    };
  }

  #timeOf(change: number): number {
    return (change + uniform(this.#timeKey, change)) * this.#intervalMs;
  }

  #bidTicks(change: number): number {
    return this.#path.ticksAt(change * this.#intervalMs);
  }

  #level(level: number, change: number): Level {
    return [this.#grid.tickOf(level), this.#levelLots(level, change)];
  }

  #levelLots(level: number, change: number): number {
    return this.#quantity(hash32(hash32(this.#levelKey, level), this.#grid.versionOf(level, change)));
  }

  #quantity(hash: number): number {
    return this.#quantities[hash % QUANTITIES] ?? 1;
  }

  #bidView(change: number): SideView {
    const { bidTicks, bidLots } = this.touch(change);
    const high = this.#grid.below(bidTicks);
    return { change, touchTicks: bidTicks, touchLots: bidLots, low: high - BOOK_DEPTH + 2, high };
  }

  #askView(change: number): SideView {
    const { askTicks, askLots } = this.touch(change);
    const low = this.#grid.above(askTicks);
    return { change, touchTicks: askTicks, touchLots: askLots, low, high: low + BOOK_DEPTH - 2 };
  }

  #sideDifference(from: SideView, to: SideView): Level[] {
    const changed: Level[] = [];
    const visit = (tick: number): void => {
      const lots = this.#lotsAt(to, tick);
      if (lots !== this.#lotsAt(from, tick)) changed.push([tick, lots]);
    };
    visit(to.touchTicks);
    if (from.touchTicks !== to.touchTicks) visit(from.touchTicks);
    const visitLevel = (level: number): void => {
      if (inside(from, level) && inside(to, level) && this.#sameVersion(level, from.change, to.change)) return;
      const tick = this.#grid.tickOf(level);
      if (tick !== to.touchTicks && tick !== from.touchTicks) visit(tick);
    };
    for (let level = from.low; level <= from.high; level += 1) visitLevel(level);
    for (let level = to.low; level <= to.high; level += 1) if (!inside(from, level)) visitLevel(level);
    return changed;
  }

  #sameVersion(level: number, from: number, to: number): boolean {
    return this.#grid.versionOf(level, from) === this.#grid.versionOf(level, to);
  }

  #lotsAt(view: SideView, tick: number): number {
    if (tick === view.touchTicks) return view.touchLots;
    const level = this.#grid.levelAt(tick);
    return level !== undefined && inside(view, level) ? this.#levelLots(level, view.change) : 0;
  }
}

function inside(view: SideView, level: number): boolean {
  return level >= view.low && level <= view.high;
}

// Quantiles of a Weibull law of shape 0.7: many small orders, a few walls. Eight lots at least, so that a taker's
// fills can always share a touch.
function quantityTable(meanLots: number): Int32Array {
  const raw = Float64Array.from({ length: QUANTITIES }, (_, i) => (-Math.log(1 - (i + 0.5) / QUANTITIES)) ** (1 / 0.7));
  const scale = (meanLots * QUANTITIES) / raw.reduce((sum, x) => sum + x, 0);
  return Int32Array.from(raw, (x) => Math.max(8, Math.round(x * scale)));
}
