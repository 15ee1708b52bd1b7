import { hash32, uniform } from '../../../../src/exchange/market/hash.js';
import { BOOK_DEPTH, type BookLevels, type Level, smoothNoise } from '../../../../src/exchange/market/index.js';
import type { SymbolSpec, Touch } from '../../../../src/exchange/market/index.js';

const BEHIND = BOOK_DEPTH - 1;

/** The order book written down as it is defined, with nothing remembered: what the quick one is held against. */
export class ReferenceBook {
  readonly #key: number;
  readonly #spec: SymbolSpec;
  readonly #gap: number;

  constructor(key: number, spec: SymbolSpec) {
    this.#key = key;
    this.#spec = spec;
    this.#gap = Math.max(1, Math.round(spec.initialTicks * 1e-5));
  }

  changeAt(marketMs: number): number {
    const { bookIntervalMs } = this.#spec;
    const change = Math.floor(marketMs / bookIntervalMs);
    const timeMs = (change + uniform(hash32(this.#key, 3), change)) * bookIntervalMs;
    return timeMs <= marketMs ? change : change - 1;
  }

  touch(change: number): Touch {
    const bidTicks = this.#bidTicks(change);
    return {
      bidTicks,
      bidLots: this.#quantity(hash32(hash32(this.#key, 4), change)),
      askTicks: bidTicks + 1,
      askLots: this.#quantity(hash32(hash32(this.#key, 5), change)),
    };
  }

  levels(change: number, depth: number): BookLevels {
    const { bidTicks, bidLots, askTicks, askLots } = this.touch(change);
    const behind = Array.from({ length: Math.max(0, Math.min(depth - 1, BEHIND)) }, (_, i) => i);
    const level = (at: number): Level => [this.#tickOf(at), this.#levelLots(at, change)];
    return {
      bids: [[bidTicks, bidLots], ...behind.map((i) => level(this.#below(bidTicks) - i))],
      asks: [[askTicks, askLots], ...behind.map((i) => level(this.#above(askTicks) + i))],
    };
  }

  difference(from: number, to: number): BookLevels {
    if (from >= to) return { bids: [], asks: [] };
    return { bids: this.#side(from, to, 'bids').reverse(), asks: this.#side(from, to, 'asks') };
  }

  // Every tick where the touch stood, every level that was not inside throughout, and those rewritten.
  #side(from: number, to: number, side: 'bids' | 'asks'): Level[] {
    const touched = new Set<number>();
    const always = { low: -Infinity, high: Infinity };
    const ever = { low: Infinity, high: -Infinity };
    for (let change = from; change <= to; change += 1) {
      const { low, high, touch } = this.#range(change, side);
      touched.add(touch);
      ever.low = Math.min(ever.low, low);
      ever.high = Math.max(ever.high, high);
      always.low = Math.max(always.low, low);
      always.high = Math.min(always.high, high);
    }
    for (let level = ever.low; level <= ever.high; level += 1) {
      const stayed = level >= always.low && level <= always.high;
      if (!stayed || this.#version(level, from) !== this.#version(level, to)) touched.add(this.#tickOf(level));
    }
    return [...touched].sort((a, b) => a - b).map((ticks): Level => [ticks, this.#lotsAt(ticks, to, side)]);
  }

  #range(change: number, side: 'bids' | 'asks') {
    const { bidTicks, askTicks } = this.touch(change);
    const high = this.#below(bidTicks);
    const low = this.#above(askTicks);
    return side === 'bids'
      ? { touch: bidTicks, low: high - BEHIND + 1, high }
      : { touch: askTicks, low, high: low + BEHIND - 1 };
  }

  #lotsAt(ticks: number, change: number, side: 'bids' | 'asks'): number {
    const { touch, low, high } = this.#range(change, side);
    const { bidLots, askLots } = this.touch(change);
    if (ticks === touch) return side === 'bids' ? bidLots : askLots;
    const level = Math.floor(ticks / this.#gap);
    return this.#tickOf(level) === ticks && level >= low && level <= high ? this.#levelLots(level, change) : 0;
  }

  #bidTicks(change: number): number {
    const marketMs = change * this.#spec.bookIntervalMs;
    let logPrice = 0;
    for (let octave = 0; octave < 10; octave += 1) {
      const periodMs = 250 * 4 ** octave;
      const key = hash32(hash32(this.#key, 1), octave);
      logPrice += 5e-5 * Math.sqrt(periodMs / 1e3) * smoothNoise(key, marketMs / periodMs);
    }
    return Math.round(this.#spec.initialTicks * Math.exp(logPrice));
  }

  #gridKey(): number {
    return hash32(this.#key, 2);
  }

  #tickOf(level: number): number {
    return level * this.#gap + ((hash32(this.#gridKey(), level) >>> 8) % this.#gap);
  }

  #below(ticks: number): number {
    const level = Math.floor(ticks / this.#gap);
    return this.#tickOf(level) < ticks ? level : level - 1;
  }

  #above(ticks: number): number {
    const level = Math.floor(ticks / this.#gap);
    return this.#tickOf(level) > ticks ? level : level + 1;
  }

  #version(level: number, change: number): number {
    const life = hash32(this.#gridKey() ^ 0x5bd1e995, level);
    return (change + (life >>> 16)) >> (7 + (life % 4));
  }

  #levelLots(level: number, change: number): number {
    return this.#quantity(hash32(hash32(hash32(this.#key, 6), level), this.#version(level, change)));
  }

  #quantity(hash: number): number {
    return Math.max(8, Math.round(((SHAPE[hash % 1024] ?? 0) * this.#spec.meanLots) / SHAPE_MEAN));
  }
}

const SHAPE = Array.from({ length: 1024 }, (_, i) => (-Math.log(1 - (i + 0.5) / 1024)) ** (1 / 0.7));
const SHAPE_MEAN = SHAPE.reduce((sum, x) => sum + x, 0) / 1024;
