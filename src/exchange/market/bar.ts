import type { TakerOrder } from './trade-tape.js';

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

/** A bar without trades, at the last price. */
export function emptyBar(ticks: number, nextTradeId: number): Bar {
  return {
    open: ticks,
    high: ticks,
    low: ticks,
    close: ticks,
    lots: 0,
    value: 0,
    takerLots: 0,
    takerValue: 0,
    firstTradeId: nextTradeId,
    endTradeId: nextTradeId,
  };
}

/** The bar of an order's fills. */
function barOf(order: TakerOrder): Bar {
  const { ticks } = order;
  const lots = order.lots.reduce((sum, fill) => sum + fill, 0);
  const bought = order.buyerIsMaker ? 0 : lots;
  return {
    open: ticks,
    high: ticks,
    low: ticks,
    close: ticks,
    lots,
    value: ticks * lots,
    takerLots: bought,
    takerValue: ticks * bought,
    firstTradeId: order.firstTradeId,
    endTradeId: order.firstTradeId + order.lots.length,
  };
}

/** Joins two adjoining bars. A side without trades has no say in the prices. */
export function joinBars(earlier: Bar, later: Bar): Bar {
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

/** Adds orders to a bar. */
export function extendBar(bar: Bar, orders: readonly TakerOrder[]): Bar {
  return orders.reduce((sum, order) => joinBars(sum, barOf(order)), bar);
}
