import type { Bar, BarSum } from './bar.js';
import { BarEstimate } from './bar-estimate.js';
import { KEPT_MINUTES, KeptMinutes } from './kept-minutes.js';
import { MINUTE_MS, MarketMinutes, beforeEdge } from './market-minutes.js';
import { MinuteCount } from './minute-count.js';
import type { OrderBook } from './order-book.js';
import { RunningBar } from './running-bar.js';
import type { TradeTape } from './trade-tape.js';

const DAY_MS = 86_400_000;
/** Trades that one request may add up; older stretches that nobody looked at in time are estimated. */
const COUNTED_TRADES = 5_000;
/** Bars up to now that are kept under way: as many as a venue has windows and intervals that are asked for at once. */
const RUNNING_BARS = 8;

export interface CandleSource {
  readonly book: OrderBook;
  readonly tape: TradeTape;
  readonly tradesPerSecond: number;
  /** Calendar time (ms) at market time 0, to which minutes are aligned. */
  readonly epochMs: number;
}

/**
 * Bars of one symbol. Recent stretches (the last 5,000 trades) are added up from the trades, minute by minute, and
 * kept for 25 hours; older ones have exact trade counts but volumes from the mean trade and extremes from samples of
 * the price, so that no request costs more than a few milliseconds.
 * Bars up to now are kept under way, so that one asked for again costs only what was traded since, and once a minute,
 * for those that begin later by then, a pass over their minutes.
 */
export class Candles {
  readonly #minutes: MarketMinutes;
  readonly #count: MinuteCount;
  readonly #estimate: BarEstimate;
  readonly #countedMs: number;
  readonly #kept = new KeptMinutes();
  /** By where they begin, the one asked for last at the end. */
  readonly #running = new Map<number, RunningBar>();

  constructor({ book, tape, tradesPerSecond, epochMs }: CandleSource) {
    this.#minutes = new MarketMinutes(epochMs);
    this.#count = new MinuteCount(book, tape, this.#minutes);
    this.#estimate = new BarEstimate(book, tape);
    this.#countedMs = (COUNTED_TRADES / tradesPerSecond) * 1e3;
  }

  /** The bar from `fromMs` to `toMs` (exclusive, cut at `nowMs`), all in market time. */
  bar(fromMs: number, toMs: number, nowMs: number): Bar {
    const countedFrom = nowMs - this.#countedMs;
    // A trade of this very instant belongs to the bar, so the end is inclusive only when it is now.
    const endMs = toMs > nowMs ? nowMs : beforeEdge(toMs);
    if (toMs - fromMs < MINUTE_MS) return this.#stretch(fromMs, endMs, countedFrom);
    const first = this.#firstMinute(fromMs, nowMs);
    const isRunning = toMs > nowMs && fromMs === this.#minutes.startOf(first);
    const bar = isRunning ? this.#runningBar(first, endMs, countedFrom) : new RunningBar(fromMs, first);
    const open = this.#advance(bar, endMs, countedFrom);
    return this.#finish(bar, open, endMs, countedFrom);
  }

  /** The last 24 hours, from a whole minute on. */
  day(nowMs: number): { readonly bar: Bar; readonly fromMs: number } {
    const fromMs = this.#minutes.startOf(this.#minutes.at(nowMs - DAY_MS) + 1);
    return { bar: this.bar(fromMs, Infinity, nowMs), fromMs };
  }

  #firstMinute(fromMs: number, nowMs: number): number {
    const first = this.#minutes.at(fromMs);
    const whole = this.#minutes.startOf(first) < fromMs ? first + 1 : first;
    return Math.max(whole, this.#minutes.at(nowMs) - KEPT_MINUTES);
  }

  #runningBar(first: number, endMs: number, countedFrom: number): RunningBar {
    const fromMs = this.#minutes.startOf(first);
    const found = this.#running.get(fromMs);
    this.#running.delete(fromMs);
    const fits = found?.fits(this.#minutes.startOf(found.next - 1), endMs, countedFrom);
    const bar = found && fits ? found : new RunningBar(fromMs, first);
    this.#running.set(fromMs, bar);
    const oldest = this.#running.size > RUNNING_BARS ? this.#running.keys().next().value : undefined;
    if (oldest !== undefined) this.#running.delete(oldest);
    return bar;
  }

  // Joins all minutes that are over; the one that is not, when the bar gets that far, is returned.
  #advance(bar: RunningBar, endMs: number, countedFrom: number): BarSum | undefined {
    const last = this.#minutes.lastStarted(endMs);
    while (bar.next <= last) {
      const minute = bar.next;
      const startMs = this.#minutes.startOf(minute);
      const place = this.#kept.placeOf(minute, bar.place + 1);
      if (place !== undefined) {
        this.#fillGap(bar, startMs, countedFrom);
        this.#joinKept(bar, place, last);
      } else if (startMs < countedFrom) {
        const next = Math.max(minute + 1, Math.min(this.#kept.lowest, this.#minutes.at(countedFrom)));
        bar.skip(next, this.#minutes.startOf(next - 1));
      } else {
        const { sum, closed } = this.#count.minute(minute, endMs);
        if (!closed) return sum;
        this.#keep(minute, sum);
      }
    }
    return undefined;
  }

  #joinKept(bar: RunningBar, place: number, last: number): void {
    const count = this.#kept.runFrom(place, last);
    if (bar.sum) this.#kept.join(bar.sum, place, count);
    else {
      bar.join(this.#kept.read(place));
      if (bar.sum) this.#kept.join(bar.sum, place + 1, count - 1);
    }
    bar.place = place + count - 1;
    bar.passOver(count, this.#minutes.startOf(bar.next + count - 1));
  }

  #fillGap(bar: RunningBar, startMs: number, countedFrom: number): void {
    const endMs = beforeEdge(startMs);
    // Where minutes meet, rounding can leave a gap that ends before it begins: nothing was traded in it.
    const isGap = bar.pendingMs < startMs && (endMs >= bar.pendingMs || !bar.sum);
    if (isGap) bar.join(this.#stretch(bar.pendingMs, endMs, countedFrom));
  }

  // A bar that has been through a minute while it was missing, or that still has one that goes, must start again.
  #keep(minute: number, sum: BarSum): void {
    const gone = this.#kept.add(minute, sum);
    for (const [fromMs, bar] of this.#running) {
      if (bar.passed(minute) || (gone !== undefined && bar.passed(gone))) this.#running.delete(fromMs);
    }
  }

  #finish(bar: RunningBar, open: BarSum | undefined, endMs: number, countedFrom: number): Bar {
    const whole = bar.copy();
    if (open) {
      const startMs = this.#minutes.startOf(bar.next);
      this.#fillGap(whole, startMs, countedFrom);
      whole.join(open);
      whole.passOver(1, startMs);
    }
    if (whole.pendingMs < endMs) whole.join(this.#estimate.bar(whole.pendingMs, endMs));
    return whole.sum ?? this.#count.stretch(bar.fromMs, endMs);
  }

  #stretch(fromMs: number, endMs: number, countedFrom: number): Bar {
    return fromMs >= countedFrom ? this.#count.stretch(fromMs, endMs) : this.#estimate.bar(fromMs, endMs);
  }
}
