import { BarSum } from './bar.js';
import { type MarketMinutes, beforeEdge } from './market-minutes.js';
import type { OrderBook } from './order-book.js';
import type { TradeTape } from './trade-tape.js';

interface OpenMinute {
  readonly minute: number;
  sum: BarSum;
  nextOrderId: number;
  /** Whether `sum` has a price, which a minute without trades needs from the book. */
  priced: boolean;
  closed: boolean;
}

/** Adds up bars from single trades. The minute added up last can be carried on with, and so can the one after it. */
export class MinuteCount {
  readonly #book: OrderBook;
  readonly #tape: TradeTape;
  readonly #minutes: MarketMinutes;
  #open: OpenMinute | undefined;

  constructor(book: OrderBook, tape: TradeTape, minutes: MarketMinutes) {
    this.#book = book;
    this.#tape = tape;
    this.#minutes = minutes;
  }

  /** The bar of any stretch, from `fromMs` to `endMs` inclusive. */
  stretch(fromMs: number, endMs: number): BarSum {
    const edgeMs = beforeEdge(fromMs);
    const sum = new BarSum(this.#ticksAt(edgeMs), this.#tape.nextTradeId(edgeMs));
    this.#tape.addUp(sum, this.#tape.nextOrderId(edgeMs), endMs);
    return sum;
  }

  /** The bar of a minute, as far as `untilMs`; `closed` says that nothing more can come. */
  minute(minute: number, untilMs: number): { readonly sum: BarSum; readonly closed: boolean } {
    const lastMs = beforeEdge(this.#minutes.startOf(minute + 1));
    const open = this.#openAt(minute);
    open.nextOrderId += this.#tape.addUp(open.sum, open.nextOrderId, Math.min(untilMs, lastMs));
    open.closed = untilMs >= lastMs;
    if (!open.priced && open.sum.isQuiet) {
      open.sum = new BarSum(this.#ticksAt(beforeEdge(this.#minutes.startOf(minute))), open.sum.endTradeId);
    }
    open.priced = true;
    return open;
  }

  #openAt(minute: number): OpenMinute {
    if (this.#open?.minute === minute) return this.#open;
    this.#open = { minute, ...this.#startOf(minute), priced: false, closed: false };
    return this.#open;
  }

  #startOf(minute: number): { readonly sum: BarSum; readonly nextOrderId: number } {
    if (this.#open?.closed && this.#open.minute === minute - 1) {
      return { sum: new BarSum(0, this.#open.sum.endTradeId), nextOrderId: this.#open.nextOrderId };
    }
    const edgeMs = beforeEdge(this.#minutes.startOf(minute));
    return { sum: new BarSum(0, this.#tape.nextTradeId(edgeMs)), nextOrderId: this.#tape.nextOrderId(edgeMs) };
  }

  #ticksAt(marketMs: number): number {
    return this.#book.bidTicks(this.#book.changeAt(marketMs));
  }
}
