import { type Bar, emptyBar, extendBar, joinBars } from './bar.js';
import type { OrderBook } from './order-book.js';
import type { TradeTape } from './trade-tape.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Trades that one request may add up; older stretches that nobody looked at in time are estimated. */
const COUNTED_TRADES = 5_000;
const KEPT_MINUTES = 1500;
const ESTIMATE_SAMPLES = 32;

interface OpenMinute {
  readonly minute: number;
  bar: Bar;
  nextOrderId: number;
}

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
 */
export class Candles {
  readonly #source: CandleSource;
  readonly #countedMs: number;
  readonly #minutes = new Map<number, Bar>();
  readonly #meanLots: number;
  #open: OpenMinute | undefined;

  constructor(source: CandleSource) {
    this.#source = source;
    this.#countedMs = (COUNTED_TRADES / source.tradesPerSecond) * 1e3;
    const sample = source.tape.trades(source.tape.nextTradeId(0), Infinity, 200);
    this.#meanLots = sample.reduce((sum, trade) => sum + trade.lots, 0) / sample.length;
  }

  /** The bar from `fromMs` to `toMs` (exclusive, cut at `nowMs`), all in market time. */
  bar(fromMs: number, toMs: number, nowMs: number): Bar {
    const countedFrom = nowMs - this.#countedMs;
    // A trade of this very instant belongs to the bar, so the end is inclusive only when it is now.
    const endMs = toMs > nowMs ? nowMs : beforeEdge(toMs);
    if (toMs - fromMs < MINUTE_MS) return this.#stretch(fromMs, endMs, countedFrom);
    let total: Bar | undefined;
    let pendingMs = fromMs;
    const add = (bar: Bar): void => {
      total = total ? joinBars(total, bar) : bar;
    };
    for (let minute = this.#firstMinute(fromMs, nowMs); this.#minuteStart(minute) <= endMs; minute += 1) {
      const startMs = this.#minuteStart(minute);
      const bar = startMs >= countedFrom ? this.#minute(minute, endMs) : this.#minutes.get(minute);
      if (!bar) continue;
      if (pendingMs < startMs) add(this.#stretch(pendingMs, beforeEdge(startMs), countedFrom));
      add(bar);
      pendingMs = startMs + MINUTE_MS;
    }
    if (pendingMs < endMs) add(this.#estimate(pendingMs, endMs));
    return total ?? this.#count(fromMs, endMs);
  }

  /** The last 24 hours, from a whole minute on. */
  day(nowMs: number): { readonly bar: Bar; readonly fromMs: number } {
    const fromMs = this.#minuteStart(this.#minuteAt(nowMs - DAY_MS) + 1);
    return { bar: this.bar(fromMs, Infinity, nowMs), fromMs };
  }

  #minuteAt(marketMs: number): number {
    return Math.floor((marketMs + this.#source.epochMs) / MINUTE_MS);
  }

  #minuteStart(minute: number): number {
    return minute * MINUTE_MS - this.#source.epochMs;
  }

  #firstMinute(fromMs: number, nowMs: number): number {
    const first = this.#minuteAt(fromMs);
    const whole = this.#minuteStart(first) < fromMs ? first + 1 : first;
    return Math.max(whole, this.#minuteAt(nowMs) - KEPT_MINUTES);
  }

  #minute(minute: number, untilMs: number): Bar {
    const kept = this.#minutes.get(minute);
    if (kept) return kept;
    const lastMs = beforeEdge(this.#minuteStart(minute + 1));
    if (untilMs < lastMs) return this.#extend(this.#openMinute(minute), untilMs);
    const bar = this.#extend(this.#openMinute(minute), lastMs);
    this.#minutes.set(minute, bar);
    const oldest = this.#minutes.size > KEPT_MINUTES ? this.#minutes.keys().next().value : undefined;
    if (oldest !== undefined) this.#minutes.delete(oldest);
    return bar;
  }

  #openMinute(minute: number): OpenMinute {
    if (this.#open?.minute === minute) return this.#open;
    const edgeMs = beforeEdge(this.#minuteStart(minute));
    const { book, tape } = this.#source;
    const ticks = book.touch(book.changeAt(edgeMs)).bidTicks;
    const open = { minute, bar: emptyBar(ticks, tape.nextTradeId(edgeMs)), nextOrderId: tape.nextOrderId(edgeMs) };
    this.#open = open;
    return open;
  }

  #extend(open: OpenMinute, untilMs: number): Bar {
    const orders = this.#source.tape.orders(open.nextOrderId, untilMs);
    open.bar = extendBar(open.bar, orders);
    open.nextOrderId += orders.length;
    return open.bar;
  }

  #stretch(fromMs: number, endMs: number, countedFrom: number): Bar {
    return fromMs >= countedFrom ? this.#count(fromMs, endMs) : this.#estimate(fromMs, endMs);
  }

  #count(fromMs: number, endMs: number): Bar {
    const { book, tape } = this.#source;
    const edgeMs = beforeEdge(fromMs);
    const ticks = book.touch(book.changeAt(edgeMs)).bidTicks;
    return extendBar(emptyBar(ticks, tape.nextTradeId(edgeMs)), tape.orders(tape.nextOrderId(edgeMs), endMs));
  }

  #estimate(fromMs: number, endMs: number): Bar {
    const { tape } = this.#source;
    const firstTradeId = tape.approximateTradeId(fromMs);
    const endTradeId = Math.max(firstTradeId, tape.approximateTradeId(endMs));
    const prices = this.#samplePrices(fromMs, endMs);
    const open = prices[0] ?? 0;
    const lots = Math.round((endTradeId - firstTradeId) * this.#meanLots);
    const value = lots * (prices.reduce((sum, ticks) => sum + ticks, 0) / prices.length);
    return {
      open,
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1) ?? open,
      lots,
      value,
      takerLots: Math.round(lots / 2),
      takerValue: value / 2,
      firstTradeId,
      endTradeId,
    };
  }

  // Samples stand at multiples of a power of two, so a window that slides keeps most of its points.
  #samplePrices(fromMs: number, endMs: number): number[] {
    const { book } = this.#source;
    const ticksAt = (marketMs: number): number => book.touch(book.changeAt(marketMs)).bidTicks;
    const stepMs = 2 ** Math.ceil(Math.log2(Math.max(1, endMs - fromMs) / ESTIMATE_SAMPLES));
    const prices = [ticksAt(fromMs)];
    for (let at = (Math.floor(fromMs / stepMs) + 1) * stepMs; at < endMs; at += stepMs) prices.push(ticksAt(at));
    prices.push(ticksAt(endMs));
    return prices;
  }
}

// The last moment that still belongs to what ends at `edgeMs`; a nanosecond is finer than any arrival needs.
function beforeEdge(edgeMs: number): number {
  return edgeMs - 1e-6;
}
