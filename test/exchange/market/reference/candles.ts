import type { Bar, SymbolSpec, TakerOrder } from '../../../../src/exchange/market/index.js';
import type { ReferenceBook } from './book.js';
import type { ReferenceTape } from './tape.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const KEPT_MINUTES = 1500;

/** Bars added up anew from their minutes at every request. Only what the rules tell to keep is kept. */
export class ReferenceCandles {
  readonly #book: ReferenceBook;
  readonly #tape: ReferenceTape;
  readonly #epochMs: number;
  readonly #countedMs: number;
  readonly #meanLots: number;
  readonly #minutes = new Map<number, Bar>();
  /** A minute under way never loses what it has shown, also when somebody asks about an earlier moment of it. */
  #open: { readonly minute: number; untilMs: number } | undefined;

  constructor(book: ReferenceBook, tape: ReferenceTape, spec: SymbolSpec, epochMs: number) {
    this.#book = book;
    this.#tape = tape;
    this.#epochMs = epochMs;
    this.#countedMs = (5_000 / spec.tradesPerSecond) * 1e3;
    this.#meanLots = tape.tradesAfter(0, 200).reduce((sum, trade) => sum + trade.lots, 0) / 200;
  }

  bar(fromMs: number, toMs: number, nowMs: number): Bar {
    const countedFrom = nowMs - this.#countedMs;
    const endMs = toMs > nowMs ? nowMs : toMs - 1e-6;
    if (toMs - fromMs < MINUTE_MS) return this.#stretch(fromMs, endMs, countedFrom);
    const parts: Bar[] = [];
    let pendingMs = fromMs;
    for (let minute = this.#firstMinute(fromMs, nowMs); this.#startOf(minute) <= endMs; minute += 1) {
      const startMs = this.#startOf(minute);
      const bar = startMs >= countedFrom ? this.#minute(minute, endMs) : this.#minutes.get(minute);
      if (!bar) continue;
      if (pendingMs < startMs) parts.push(this.#stretch(pendingMs, startMs - 1e-6, countedFrom));
      parts.push(bar);
      pendingMs = startMs + MINUTE_MS;
    }
    if (pendingMs < endMs) parts.push(this.#estimate(pendingMs, endMs));
    return parts.length > 0 ? parts.reduce(join) : this.#count(fromMs, endMs);
  }

  day(nowMs: number): Bar {
    return this.bar(this.#startOf(this.#minuteAt(nowMs - DAY_MS) + 1), Infinity, nowMs);
  }

  #minuteAt(marketMs: number): number {
    return Math.floor((marketMs + this.#epochMs) / MINUTE_MS);
  }

  #startOf(minute: number): number {
    return minute * MINUTE_MS - this.#epochMs;
  }

  #firstMinute(fromMs: number, nowMs: number): number {
    const first = this.#minuteAt(fromMs);
    const whole = this.#startOf(first) < fromMs ? first + 1 : first;
    return Math.max(whole, this.#minuteAt(nowMs) - KEPT_MINUTES);
  }

  #minute(minute: number, endMs: number): Bar {
    const kept = this.#minutes.get(minute);
    if (kept) return kept;
    const lastMs = this.#startOf(minute + 1) - 1e-6;
    const shownMs = this.#open?.minute === minute ? this.#open.untilMs : -Infinity;
    const untilMs = Math.max(shownMs, Math.min(endMs, lastMs));
    this.#open = { minute, untilMs };
    const bar = this.#count(this.#startOf(minute), untilMs);
    if (endMs < lastMs) return bar;
    this.#minutes.set(minute, bar);
    const [oldest] = this.#minutes.keys();
    if (this.#minutes.size > KEPT_MINUTES) this.#minutes.delete(oldest!);
    return bar;
  }

  #stretch(fromMs: number, endMs: number, countedFrom: number): Bar {
    return fromMs >= countedFrom ? this.#count(fromMs, endMs) : this.#estimate(fromMs, endMs);
  }

  #count(fromMs: number, endMs: number): Bar {
    const edgeMs = fromMs - 1e-6;
    const empty = bar(this.#ticksAt(edgeMs), 0, 0, this.#tape.nextTradeId(edgeMs), 0);
    return this.#tape.ordersBetween(edgeMs, endMs).map(barOf).reduce(join, empty);
  }

  #estimate(fromMs: number, endMs: number): Bar {
    const firstTradeId = this.#tape.approximateTradeId(fromMs);
    const endTradeId = Math.max(firstTradeId, this.#tape.approximateTradeId(endMs));
    const stepMs = 2 ** Math.ceil(Math.log2(Math.max(1, endMs - fromMs) / 32));
    const prices = [this.#ticksAt(fromMs)];
    for (let at = (Math.floor(fromMs / stepMs) + 1) * stepMs; at < endMs; at += stepMs) prices.push(this.#ticksAt(at));
    prices.push(this.#ticksAt(endMs));
    const lots = Math.round((endTradeId - firstTradeId) * this.#meanLots);
    const value = lots * (prices.reduce((sum, ticks) => sum + ticks, 0) / prices.length);
    const [open, close] = [prices.at(0)!, prices.at(-1)!];
    const [high, low] = [Math.max(...prices), Math.min(...prices)];
    const bought = { takerLots: Math.round(lots / 2), takerValue: value / 2 };
    return { open, high, low, close, lots, value, ...bought, firstTradeId, endTradeId };
  }

  #ticksAt(marketMs: number): number {
    return this.#book.touch(this.#book.changeAt(marketMs)).bidTicks;
  }
}

/** Joins two adjoining bars. A side without trades has no say in the prices. */
export function join(earlier: Bar, later: Bar): Bar {
  if (later.endTradeId === later.firstTradeId) return earlier;
  if (earlier.endTradeId === earlier.firstTradeId) return later;
  return {
    open: earlier.open,
    high: Math.max(earlier.high, later.high),
    low: Math.min(earlier.low, later.low),
    close: later.close,
    lots: earlier.lots + later.lots,
    value: earlier.value + later.value,
    takerLots: earlier.takerLots + later.takerLots,
    takerValue: earlier.takerValue + later.takerValue,
    firstTradeId: earlier.firstTradeId,
    endTradeId: later.endTradeId,
  };
}

function barOf(order: TakerOrder): Bar {
  const lots = order.lots.reduce((sum, fill) => sum + fill, 0);
  return bar(order.ticks, lots, order.buyerIsMaker ? 0 : lots, order.firstTradeId, order.lots.length);
}

function bar(ticks: number, lots: number, bought: number, firstTradeId: number, trades: number): Bar {
  const prices = { open: ticks, high: ticks, low: ticks, close: ticks };
  const amounts = { lots, value: ticks * lots, takerLots: bought, takerValue: ticks * bought };
  return { ...prices, ...amounts, firstTradeId, endTradeId: firstTradeId + trades };
}
