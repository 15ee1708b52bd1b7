import type { BarSum } from './bar.js';
import { hash32, uniform } from './hash.js';
import type { OrderBook } from './order-book.js';
import { EXTRA_FILLS, ORDERS_PER_SLOT, SlotCounts } from './slot-counts.js';
import type { SymbolSpec } from './symbol-spec.js';
import { type TradeSlot, countUpTo, drawSlot } from './trade-slot.js';

/** A taker order that traded: all its fills share time, price and side. Their ids are consecutive. */
export interface TakerOrder {
  readonly id: number;
  readonly marketMs: number;
  readonly ticks: number;
  /** True when the taker sold, so the fills are at the best bid; otherwise at the best ask. */
  readonly buyerIsMaker: boolean;
  readonly firstTradeId: number;
  /** Quantity of each fill. */
  readonly lots: readonly number[];
}

export interface Trade {
  readonly id: number;
  readonly marketMs: number;
  readonly ticks: number;
  readonly lots: number;
  readonly buyerIsMaker: boolean;
}

/** An order before its fills are drawn: each takes a random part of its `share` of what stood at the touch. */
interface OrderDraw {
  readonly id: number;
  readonly marketMs: number;
  readonly ticks: number;
  readonly buyerIsMaker: boolean;
  readonly fills: number;
  readonly share: number;
  readonly key: number;
}

/** How far back single trades can be asked for by id. */
export const HISTORY_MS = 86_400_000;
const TOTALLED_MS = 3 * HISTORY_MS;
const CACHED_SLOTS = 4;

/**
 * Everything that was ever traded in one symbol, also before market time 0, readable anywhere. Orders arrive as a
 * Poisson process and fill at the touch of that moment; ids of orders and of trades are consecutive.
 */
export class TradeTape {
  /** Length of a slot of about a hundred orders. */
  readonly #slotMs: number;
  readonly #slotKey: number;
  readonly #orderKey: number;
  readonly #firstTradeId: number;
  readonly #firstOrderId: number;
  readonly #counts: SlotCounts;
  readonly #book: OrderBook;
  readonly #cache = new Map<number, TradeSlot>();

  constructor(key: number, spec: SymbolSpec, book: OrderBook) {
    this.#slotMs = (ORDERS_PER_SLOT * (1 + EXTRA_FILLS) * 1e3) / spec.tradesPerSecond;
    this.#slotKey = hash32(key, 0);
    this.#orderKey = hash32(key, 1);
    this.#counts = new SlotCounts(hash32(key, 2));
    this.#firstTradeId = Math.round((2 + uniform(key, 3)) * (2e9 / (1 + spec.rank)));
    this.#firstOrderId = Math.round(this.#firstTradeId / (1 + EXTRA_FILLS));
    this.#book = book;
  }

  /** Id of the first order after this market time. */
  nextOrderId(marketMs: number): number {
    const slot = this.#slotAt(marketMs);
    return this.#firstOrderId + slot.before.orders + countUpTo(slot.times, marketMs);
  }

  /** Id of the first trade after this market time. */
  nextTradeId(marketMs: number): number {
    const slot = this.#slotAt(marketMs);
    return this.#firstTradeId + slot.before.trades + (slot.firstTrade[countUpTo(slot.times, marketMs)] ?? 0);
  }

  /**
   * Like `nextTradeId` but read off the totals alone: within a slot by proportion, and at the mean rate further back
   * than a few days before market time 0. Ids begin at 1, so there is a day on which the symbol was first traded.
   */
  approximateTradeId(marketMs: number): number {
    const position = marketMs / this.#slotMs;
    const slot = Math.max(Math.floor(position), -Math.ceil(TOTALLED_MS / this.#slotMs));
    const { trades } = this.#counts.before(slot);
    const perSlot = position < slot ? ORDERS_PER_SLOT * (1 + EXTRA_FILLS) : this.#counts.of(slot).trades;
    return Math.max(1, this.#firstTradeId + trades + Math.round((position - slot) * perSlot));
  }

  /** Orders from `fromId` on, oldest first, up to `untilMs` inclusive and `limit` orders. */
  orders(fromId: number, untilMs: number, limit = Infinity): TakerOrder[] {
    const found: TakerOrder[] = [];
    this.#walk(fromId, untilMs, limit, (slot, index) => found.push(this.#order(slot, index)));
    return found;
  }

  /** Adds the orders from `fromId` up to `untilMs` inclusive to a bar; returns how many there were. */
  addUp(sum: BarSum, fromId: number, untilMs: number): number {
    return this.#walk(fromId, untilMs, Infinity, (slot, index) => {
      const { ticks, buyerIsMaker, fills, share, key } = this.#draw(slot, index);
      let lots = 0;
      for (let i = 0; i < fills; i += 1) lots += fillLots(share, key, i);
      sum.addOrder(ticks, lots, fills, buyerIsMaker);
    });
  }

  /** Trades from `fromId` on, oldest first, up to `untilMs` inclusive and `limit` trades. */
  trades(fromId: number, untilMs: number, limit = Infinity): Trade[] {
    const found: Trade[] = [];
    const slot = this.#slotHolding(fromId - this.#firstTradeId, 'trades');
    const order = countUpTo(slot.firstTrade, fromId - this.#firstTradeId - slot.before.trades) - 1;
    let orderId = this.#firstOrderId + slot.before.orders + Math.max(0, order);
    while (found.length < limit) {
      const batch = this.orders(orderId, untilMs, Math.min(limit - found.length, ORDERS_PER_SLOT));
      for (const trade of batch.flatMap(fillsOf)) if (trade.id >= fromId && found.length < limit) found.push(trade);
      orderId += batch.length;
      if (batch.length === 0) break;
    }
    return found;
  }

  /** The oldest trade and order ids that are kept at this market time: those of a day ago. */
  oldestIds(marketMs: number): { readonly tradeId: number; readonly orderId: number } {
    return { tradeId: this.nextTradeId(marketMs - HISTORY_MS), orderId: this.nextOrderId(marketMs - HISTORY_MS) };
  }

  // Visits orders from `fromId` on, oldest first, up to `untilMs` inclusive and `limit` orders; returns how many.
  #walk(fromId: number, untilMs: number, limit: number, visit: (slot: TradeSlot, index: number) => void): number {
    let slot = this.#slotHolding(fromId - this.#firstOrderId, 'orders');
    let index = Math.max(0, fromId - this.#firstOrderId - slot.before.orders);
    let visited = 0;
    while (visited < limit) {
      if (index >= slot.times.length) {
        slot = this.#slot(slot.index + 1);
        index = 0;
      }
      if ((slot.times[index] ?? Infinity) > untilMs) break;
      visit(slot, index);
      visited += 1;
      index += 1;
    }
    return visited;
  }

  #order(slot: TradeSlot, index: number): TakerOrder {
    const { id, marketMs, ticks, buyerIsMaker, fills, share, key } = this.#draw(slot, index);
    return {
      id,
      marketMs,
      ticks,
      buyerIsMaker,
      firstTradeId: this.#firstTradeId + slot.before.trades + (slot.firstTrade[index] ?? 0),
      lots: Array.from({ length: fills }, (_, i) => fillLots(share, key, i)),
    };
  }

  #draw(slot: TradeSlot, index: number): OrderDraw {
    const id = this.#firstOrderId + slot.before.orders + index;
    const first = slot.firstTrade[index] ?? 0;
    const fills = (slot.firstTrade[index + 1] ?? first + 1) - first;
    const marketMs = slot.times[index] ?? 0;
    const change = this.#book.changeAt(marketMs);
    const bidTicks = this.#book.bidTicks(change);
    const key = hash32(this.#orderKey, id);
    const buyerIsMaker = (key & 1) === 1;
    const standing = buyerIsMaker ? this.#book.bidLots(change) : this.#book.askLots(change);
    const ticks = buyerIsMaker ? bidTicks : bidTicks + 1;
    return { id, marketMs, ticks, buyerIsMaker, fills, share: Math.floor(standing / fills), key };
  }

  #slotAt(marketMs: number): TradeSlot {
    return this.#slot(Math.floor(marketMs / this.#slotMs));
  }

  #slot(index: number): TradeSlot {
    const cached = this.#cache.get(index);
    if (cached) return cached;
    const previous = this.#cache.get(index - 1);
    const before = previous
      ? {
          orders: previous.before.orders + previous.times.length,
          trades: previous.before.trades + (previous.firstTrade.at(-1) ?? 0),
        }
      : this.#counts.before(index);
    const slot = drawSlot(this.#slotKey, index, this.#slotMs, this.#counts.of(index), before);
    this.#cache.set(index, slot);
    const oldest = this.#cache.size > CACHED_SLOTS ? this.#cache.keys().next().value : undefined;
    if (oldest !== undefined) this.#cache.delete(oldest);
    return slot;
  }

  // Slots hold about as many orders as the mean, so the first guess is near and the walk short.
  #slotHolding(offset: number, unit: 'orders' | 'trades'): TradeSlot {
    for (const slot of this.#cache.values()) if (holds(slot, offset, unit)) return slot;
    const mean = unit === 'orders' ? ORDERS_PER_SLOT : ORDERS_PER_SLOT * (1 + EXTRA_FILLS);
    let index = Math.floor(offset / mean);
    while (this.#counts.before(index)[unit] > offset) index -= 1;
    while (this.#counts.before(index + 1)[unit] <= offset) index += 1;
    return this.#slot(index);
  }
}

/** A part of `share` that is mostly small: share × u^5, at least one lot. */
function fillLots(share: number, orderKey: number, fill: number): number {
  const u = uniform(orderKey, fill);
  // Products are several times as fast as the power, and round to the same lots unless they come next to an integer.
  const product = share * (u * u * (u * u) * u);
  const isClear = Math.abs(product - Math.round(product)) > product * 1e-12;
  return Math.max(1, Math.ceil(isClear ? product : share * u ** 5));
}

/** The trades that an order consists of. */
export function fillsOf(order: TakerOrder): Trade[] {
  const { marketMs, ticks, buyerIsMaker } = order;
  return order.lots.map((lots, i) => ({ id: order.firstTradeId + i, marketMs, ticks, lots, buyerIsMaker }));
}

function holds(slot: TradeSlot, offset: number, unit: 'orders' | 'trades'): boolean {
  const start = slot.before[unit];
  const count = unit === 'orders' ? slot.times.length : (slot.firstTrade.at(-1) ?? 0);
  return offset >= start && offset < start + count;
}
