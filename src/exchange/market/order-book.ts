import { GridWindow } from './grid-window.js';
import { hash32, uniform } from './hash.js';
import { PriceGrid } from './price-grid.js';
import { PricePath } from './price-path.js';
import type { SymbolSpec } from './symbol-spec.js';
import { type TouchRun, TouchedLevels } from './touched-levels.js';

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
const BEHIND_TOUCH = BOOK_DEPTH - 1;
/** A power of two. */
const QUANTITIES = 1024;

/** One side at one change. */
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
 * for costs nothing and has nothing to catch up with.
 * The best bid and ask are one tick apart and follow the price path; levels of the grid stand behind them.
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
  readonly #window: GridWindow;
  readonly #touched: TouchedLevels;

  /** Books that share `pathKey` trade around the same price, as a contract does with what it is on. */
  constructor(key: number, spec: SymbolSpec, pathKey = hash32(key, 1)) {
    this.#intervalMs = spec.bookIntervalMs;
    this.#idsPerChange = spec.idsPerChange;
    this.#firstUpdateId = Math.round((1 + uniform(key, 0)) * (100e9 / (1 + spec.rank)));
    this.#path = new PricePath(pathKey, spec.initialTicks);
    this.#grid = new PriceGrid(hash32(key, 2), spec.initialTicks);
    this.#timeKey = hash32(key, 3);
    this.#bidKey = hash32(key, 4);
    this.#askKey = hash32(key, 5);
    this.#window = new GridWindow(this.#grid, hash32(key, 6));
    this.#quantities = quantityTable(spec.meanLots);
    this.#touched = new TouchedLevels(this.#window, BEHIND_TOUCH);
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
    const bidTicks = this.bidTicks(change);
    return {
      bidTicks,
      bidLots: this.bidLots(change),
      askTicks: bidTicks + 1,
      askLots: this.askLots(change),
    };
  }

  /** The best bid of `touch` alone; the best ask is one tick above. */
  bidTicks(change: number): number {
    return this.#path.ticksAt(change * this.#intervalMs);
  }

  /** The quantities of `touch`, each alone. */
  bidLots(change: number): number {
    return this.#quantity(hash32(this.#bidKey, change));
  }

  askLots(change: number): number {
    return this.#quantity(hash32(this.#askKey, change));
  }

  /** The best `depth` levels of each side (at most BOOK_DEPTH). */
  levels(change: number, depth: number = BOOK_DEPTH): BookLevels {
    const touch = this.touch(change);
    const bids: Level[] = [[touch.bidTicks, touch.bidLots]];
    const asks: Level[] = [[touch.askTicks, touch.askLots]];
    const bid = this.#grid.below(touch.bidTicks);
    const ask = this.#grid.above(touch.askTicks);
    const behind = Math.min(depth - 1, BEHIND_TOUCH);
    this.#window.cover(bid - BEHIND_TOUCH, ask + BEHIND_TOUCH);
    for (let i = 0; i < behind; i += 1) {
      bids.push(this.#level(bid - i, change));
      asks.push(this.#level(ask + i, change));
    }
    return { bids, asks };
  }

  /**
   * Every level that any change after `from` up to `to` touched, with what stands there at `to`. Applied to the full
   * book of any change in between it gives the full book at `to`, so a snapshot taken midway fits as well.
   * The cost grows with the number of changes (0.5 us each).
   */
  difference(from: number, to: number): BookLevels {
    if (from >= to) return { bids: [], asks: [] };
    const run = this.#bidRun(from, to);
    const lowBid = this.#grid.below(run.lowest) - BEHIND_TOUCH + 1;
    const highAsk = this.#grid.above(run.highest + 1) + BEHIND_TOUCH - 1;
    this.#window.cover(lowBid, highAsk);
    const bids = this.#touched.ticks(run, 0, { low: lowBid, high: this.#grid.below(run.highest) });
    const asks = this.#touched.ticks(run, 1, { low: this.#grid.above(run.lowest + 1), high: highAsk });
    return { bids: this.#levelsAt(this.#bidView(to), bids).reverse(), asks: this.#levelsAt(this.#askView(to), asks) };
  }

  #bidRun(from: number, to: number): TouchRun {
    const ticks: number[] = [];
    let lowest = Infinity;
    let highest = -Infinity;
    for (let change = from; change <= to; change += 1) {
      const bidTicks = this.bidTicks(change);
      ticks.push(bidTicks);
      if (bidTicks < lowest) lowest = bidTicks;
      if (bidTicks > highest) highest = bidTicks;
    }
    return { from, to, ticks, lowest, highest };
  }

  #timeOf(change: number): number {
    return (change + uniform(this.#timeKey, change)) * this.#intervalMs;
  }

  #level(level: number, change: number): Level {
    return [this.#window.tickOf(level), this.#levelLots(level, change)];
  }

  #levelLots(level: number, change: number): number {
    return this.#quantity(this.#window.hashOf(level, change));
  }

  #quantity(hash: number): number {
    return this.#quantities[hash & (QUANTITIES - 1)] ?? 1;
  }

  #bidView(change: number): SideView {
    const { bidTicks, bidLots } = this.touch(change);
    const high = this.#grid.below(bidTicks);
    return { change, touchTicks: bidTicks, touchLots: bidLots, low: high - BEHIND_TOUCH + 1, high };
  }

  #askView(change: number): SideView {
    const { askTicks, askLots } = this.touch(change);
    const low = this.#grid.above(askTicks);
    return { change, touchTicks: askTicks, touchLots: askLots, low, high: low + BEHIND_TOUCH - 1 };
  }

  #levelsAt(view: SideView, ticks: readonly number[]): Level[] {
    const levels: Level[] = [];
    for (const tick of ticks) levels.push([tick, this.#lotsAt(view, tick)]);
    return levels;
  }

  #lotsAt(view: SideView, tick: number): number {
    if (tick === view.touchTicks) return view.touchLots;
    const level = Math.floor(tick / this.#grid.gap);
    const stands = level >= view.low && level <= view.high && this.#window.tickOf(level) === tick;
    return stands ? this.#levelLots(level, view.change) : 0;
  }
}

// Quantiles of a Weibull law of shape 0.7, scaled to a mean of 1: many small orders, a few walls.
const SHAPE = Float64Array.from({ length: QUANTITIES }, (_, i) => (-Math.log(1 - (i + 0.5) / QUANTITIES)) ** (1 / 0.7));
const SHAPE_MEAN = SHAPE.reduce((sum, x) => sum + x, 0) / QUANTITIES;

// Eight lots at least, so that a taker's fills can always share a touch.
function quantityTable(meanLots: number): Int32Array {
  return Int32Array.from(SHAPE, (x) => Math.max(8, Math.round((x * meanLots) / SHAPE_MEAN)));
}
