/** Open, high, low and close of a stretch of time, with what was traded in it. Prices in ticks. */
export interface Bar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly lots: number;
  /** Σ ticks × lots */
  readonly value: number;
  /** The part of `lots` and `value` that takers bought. */
  readonly takerLots: number;
  readonly takerValue: number;
  /** Ids of the first trade in the stretch and of the first after it; equal when there was none. */
  readonly firstTradeId: number;
  readonly endTradeId: number;
}

/**
 * A bar under way, added up in place. Sums are taken strictly from the oldest to the newest: a day's value is beyond
 * 2^53, so that another order would show other numbers.
 */
export class BarSum implements Bar {
  open: number;
  high: number;
  low: number;
  close: number;
  lots = 0;
  value = 0;
  takerLots = 0;
  takerValue = 0;
  firstTradeId: number;
  endTradeId: number;

  /** A bar without trades, at the last price. */
  constructor(ticks: number, nextTradeId: number) {
    this.open = ticks;
    this.high = ticks;
    this.low = ticks;
    this.close = ticks;
    this.firstTradeId = nextTradeId;
    this.endTradeId = nextTradeId;
  }

  /** A sum that begins with this bar. */
  static from(bar: Bar): BarSum {
    const sum = new BarSum(bar.open, bar.firstTradeId);
    sum.#take(bar);
    return sum;
  }

  get isQuiet(): boolean {
    return this.endTradeId === this.firstTradeId;
  }

  /** Joins the bar that follows. A side without trades has no say in the prices. */
  join(later: Bar): void {
    if (later.endTradeId === later.firstTradeId) return;
    if (this.isQuiet) {
      this.#take(later);
      return;
    }
    if (later.high > this.high) this.high = later.high;
    if (later.low < this.low) this.low = later.low;
    this.close = later.close;
    this.lots += later.lots;
    this.value += later.value;
    this.takerLots += later.takerLots;
    this.takerValue += later.takerValue;
    this.endTradeId = later.endTradeId;
  }

  /** Joins the order that follows: `fills` trades of `lots` in all. */
  addOrder(ticks: number, lots: number, fills: number, buyerIsMaker: boolean): void {
    if (this.isQuiet) this.#startAt(ticks);
    if (ticks > this.high) this.high = ticks;
    if (ticks < this.low) this.low = ticks;
    this.close = ticks;
    this.lots += lots;
    this.value += ticks * lots;
    if (!buyerIsMaker) {
      this.takerLots += lots;
      this.takerValue += ticks * lots;
    }
    this.endTradeId += fills;
  }

  #startAt(ticks: number): void {
    this.open = ticks;
    this.high = ticks;
    this.low = ticks;
  }

  #take(bar: Bar): void {
    this.open = bar.open;
    this.high = bar.high;
    this.low = bar.low;
    this.close = bar.close;
    this.lots = bar.lots;
    this.value = bar.value;
    this.takerLots = bar.takerLots;
    this.takerValue = bar.takerValue;
    this.firstTradeId = bar.firstTradeId;
    this.endTradeId = bar.endTradeId;
  }
}
