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
 * hash away; totals are kept for every 64th slot, so that a day of silence on the busiest symbol costs about 2 ms once.
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
    const orders = Math.max(1, orderQuantile(uniform(this.#orderKey, slot)));
    return { orders, trades: orders + extraQuantile(uniform(this.#extraKey, slot)) };
  }

  /** Totals of all slots from slot 0 up to this one, negative for slots before slot 0. */
  before(slot: number): Counts {
    const block = Math.floor(slot / SLOTS_PER_BLOCK);
    let { orders, trades } = this.#blockStart(block);
    for (let i = block * SLOTS_PER_BLOCK; i < slot; i += 1) {
      const counts = this.of(i);
      orders += counts.orders;
      trades += counts.trades;
    }
    return { orders, trades };
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
    let orders = 0;
    let trades = 0;
    for (let i = 0; i < SLOTS_PER_BLOCK; i += 1) {
      const counts = this.of(block * SLOTS_PER_BLOCK + i);
      orders += counts.orders;
      trades += counts.trades;
    }
    return { orders, trades };
  }
}
