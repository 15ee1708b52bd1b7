import { hash32, uniform } from './hash.js';
import { poissonQuantiles } from './poisson.js';

/** Mean orders in one slot of time. A slot's length follows from the symbol's rate. */
export const ORDERS_PER_SLOT = 100;
/** Mean fills of an order beyond its first. */
export const EXTRA_FILLS = 0.5;
const SLOTS_PER_BLOCK = 64;

const orderQuantile = poissonQuantiles(ORDERS_PER_SLOT);
const extraQuantile = poissonQuantiles(ORDERS_PER_SLOT * EXTRA_FILLS);

/** Numbers of taker orders and of trades (their fills). */
export interface Counts {
  readonly orders: number;
  readonly trades: number;
}

/**
 * How many orders and trades fall into each slot of time, and how many came before it. A slot's own counts are a
 * hash away; totals are kept for every 64th slot, so that a day of silence on the busiest symbol costs about a
 * millisecond once.
 */
export class SlotCounts {
  readonly #orderKey: number;
  readonly #extraKey: number;
  /** Totals before block b at index b, for b ≥ 0. */
  readonly #after: Counts[] = [{ orders: 0, trades: 0 }];
  /** Totals before block -b at index b: negative, since ids count from slot 0. */
  readonly #before: Counts[] = [{ orders: 0, trades: 0 }];

  constructor(key: number) {
    this.#orderKey = hash32(key, 0);
    this.#extraKey = hash32(key, 1);
  }

  of(slot: number): Counts {
    const orders = this.#ordersOf(slot);
    return { orders, trades: orders + this.#extraOf(slot) };
  }

  /** Totals of all slots from slot 0 up to this one, negative for slots before slot 0. */
  before(slot: number): Counts {
    const block = Math.floor(slot / SLOTS_PER_BLOCK);
    const start = this.#blockStart(block);
    const sum = this.#total(block * SLOTS_PER_BLOCK, slot);
    return { orders: start.orders + sum.orders, trades: start.trades + sum.trades };
  }

  #blockStart(block: number): Counts {
    const totals = block >= 0 ? this.#after : this.#before;
    const sign = block >= 0 ? 1 : -1;
    for (let i = totals.length; i <= Math.abs(block); i += 1) {
      const sum = this.#blockTotal(block >= 0 ? i - 1 : -i);
      const last = totals[i - 1] ?? sum;
      totals.push({ orders: last.orders + sign * sum.orders, trades: last.trades + sign * sum.trades });
    }
    return totals[Math.abs(block)] ?? { orders: 0, trades: 0 };
  }

  #blockTotal(block: number): Counts {
    return this.#total(block * SLOTS_PER_BLOCK, (block + 1) * SLOTS_PER_BLOCK);
  }

  #total(from: number, to: number): Counts {
    let orders = 0;
    let extra = 0;
    for (let slot = from; slot < to; slot += 1) {
      orders += this.#ordersOf(slot);
      extra += this.#extraOf(slot);
    }
    return { orders, trades: orders + extra };
  }

  #ordersOf(slot: number): number {
    return Math.max(1, orderQuantile(uniform(this.#orderKey, slot)));
  }

  #extraOf(slot: number): number {
    return extraQuantile(uniform(this.#extraKey, slot));
  }
}
