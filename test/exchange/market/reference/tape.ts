import { hash32, uniform } from '../../../../src/exchange/market/hash.js';
import type { SymbolSpec, TakerOrder, Trade } from '../../../../src/exchange/market/index.js';
import type { ReferenceBook } from './book.js';

interface Slot {
  readonly orders: number;
  readonly trades: number;
}

/** The trade tape written down as it is defined; totals are kept from slot to slot, everything else drawn anew. */
export class ReferenceTape {
  readonly #key: number;
  readonly #book: ReferenceBook;
  readonly #slotMs: number;
  readonly #firstTradeId: number;
  readonly #firstOrderId: number;
  readonly #before = new Map<number, Slot>([[0, { orders: 0, trades: 0 }]]);
  #lowest = 0;
  #highest = 0;

  constructor(key: number, spec: SymbolSpec, book: ReferenceBook) {
    this.#key = key;
    this.#book = book;
    this.#slotMs = 150_000 / spec.tradesPerSecond;
    this.#firstTradeId = Math.round((2 + uniform(key, 3)) * (2e9 / (1 + spec.rank)));
    this.#firstOrderId = Math.round(this.#firstTradeId / 1.5);
  }

  nextOrderId(marketMs: number): number {
    const slot = Math.floor(marketMs / this.#slotMs);
    const arrived = this.#orders(slot).filter((order) => order.marketMs <= marketMs).length;
    return this.#firstOrderId + this.before(slot).orders + arrived;
  }

  nextTradeId(marketMs: number): number {
    const slot = Math.floor(marketMs / this.#slotMs);
    const arrived = this.#orders(slot).filter((order) => order.marketMs <= marketMs);
    return this.#firstTradeId + this.before(slot).trades + arrived.reduce((sum, order) => sum + order.fills, 0);
  }

  approximateTradeId(marketMs: number): number {
    const position = marketMs / this.#slotMs;
    const slot = Math.max(Math.floor(position), -Math.ceil((3 * 86_400_000) / this.#slotMs));
    const perSlot = position < slot ? 150 : this.#counts(slot).trades;
    return Math.max(1, this.#firstTradeId + this.before(slot).trades + Math.round((position - slot) * perSlot));
  }

  /** From the slot of `fromMs` on, those after it up to `untilMs` inclusive. */
  ordersBetween(fromMs: number, untilMs: number): TakerOrder[] {
    const found: TakerOrder[] = [];
    for (let slot = Math.floor(fromMs / this.#slotMs); slot * this.#slotMs <= untilMs; slot += 1) {
      let id = this.#firstOrderId + this.before(slot).orders;
      let firstTradeId = this.#firstTradeId + this.before(slot).trades;
      for (const { marketMs, fills } of this.#orders(slot)) {
        if (marketMs > fromMs && marketMs <= untilMs) found.push(this.#order(id, marketMs, fills, firstTradeId));
        id += 1;
        firstTradeId += fills;
      }
    }
    return found;
  }

  /** The first `count` trades after this moment. */
  tradesAfter(marketMs: number, count: number): Trade[] {
    const untilMs = marketMs + (3 + count / 50) * this.#slotMs;
    const trades = this.ordersBetween(marketMs, untilMs).flatMap((order) =>
      order.lots.map((lots, i) => {
        const { ticks, buyerIsMaker } = order;
        return { id: order.firstTradeId + i, marketMs: order.marketMs, ticks, lots, buyerIsMaker };
      }),
    );
    return trades.slice(0, count);
  }

  before(slot: number): Slot {
    for (; this.#highest < slot; this.#highest += 1) this.#step(this.#highest, this.#highest + 1, 1);
    for (; this.#lowest > slot; this.#lowest -= 1) this.#step(this.#lowest, this.#lowest - 1, -1);
    return this.#before.get(slot)!;
  }

  #step(known: number, next: number, sign: 1 | -1): void {
    const start = this.#before.get(known)!;
    const counts = this.#counts(Math.min(known, next));
    this.#before.set(next, {
      orders: start.orders + sign * counts.orders,
      trades: start.trades + sign * counts.trades,
    });
  }

  #counts(slot: number): Slot {
    const key = hash32(this.#key, 2);
    const orders = Math.max(1, quantile(ORDERS, uniform(hash32(key, 0), slot)));
    return { orders, trades: orders + quantile(EXTRA, uniform(hash32(key, 1), slot)) };
  }

  #orders(slot: number): { readonly marketMs: number; readonly fills: number }[] {
    const key = hash32(hash32(this.#key, 0), slot);
    const { orders, trades } = this.#counts(slot);
    const times = Array.from({ length: orders }, (_, i) => (slot + uniform(key, i)) * this.#slotMs);
    times.sort((a, b) => a - b);
    const fills = times.map(() => 1);
    for (let extra = orders; extra < trades; extra += 1) fills[hash32(key, -extra) % orders]! += 1;
    return times.map((marketMs, i) => ({ marketMs, fills: fills[i]! }));
  }

  #order(id: number, marketMs: number, fills: number, firstTradeId: number): TakerOrder {
    const { bidTicks, bidLots, askTicks, askLots } = this.#book.touch(this.#book.changeAt(marketMs));
    const key = hash32(hash32(this.#key, 1), id);
    const buyerIsMaker = key % 2 === 1;
    const share = Math.floor((buyerIsMaker ? bidLots : askLots) / fills);
    const lots = Array.from({ length: fills }, (_, i) => Math.max(1, Math.ceil(share * uniform(key, i) ** 5)));
    return { id, marketMs, ticks: buyerIsMaker ? bidTicks : askTicks, buyerIsMaker, firstTradeId, lots };
  }
}

const ORDERS = cumulativePoisson(100);
const EXTRA = cumulativePoisson(50);

function cumulativePoisson(mean: number): number[] {
  const cumulative: number[] = [];
  let probability = Math.exp(-mean);
  for (let k = 0, sum = 0; sum < 1 - 1e-12; k += 1, probability *= mean / k) cumulative.push((sum += probability));
  return cumulative;
}

function quantile(cumulative: readonly number[], u: number): number {
  const found = cumulative.findIndex((sum) => sum > u);
  return found < 0 ? cumulative.length - 1 : found;
}
