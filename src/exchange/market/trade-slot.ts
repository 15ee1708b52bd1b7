import { hash32, uniform } from './hash.js';
import type { Counts } from './slot-counts.js';

/** The orders of one slot: when each arrives and which of the slot's trades are its fills. */
export interface TradeSlot {
  readonly index: number;
  /** Arrival of each order in market ms, ascending. */
  readonly times: Float64Array;
  /** Index of each order's first trade within the slot; one more entry closes the last order. */
  readonly firstTrade: Int32Array;
  /** Orders and trades of all slots before. */
  readonly before: Counts;
}

/** Draws a slot: arrivals uniform within it (so that the whole is a Poisson process), extra fills spread at random. */
export function drawSlot(key: number, index: number, slotMs: number, counts: Counts, before: Counts): TradeSlot {
  const slotKey = hash32(key, index);
  const { orders, trades } = counts;
  const times = ascendingUniforms(slotKey, orders);
  for (let i = 0; i < orders; i += 1) times[i] = (index + (times[i] ?? 0)) * slotMs;
  const fills = new Int32Array(orders).fill(1);
  for (let extra = orders; extra < trades; extra += 1) {
    const order = hash32(slotKey, -extra) % orders;
    fills[order] = (fills[order] ?? 0) + 1;
  }
  const firstTrade = new Int32Array(orders + 1);
  for (let i = 0; i < orders; i += 1) firstTrade[i + 1] = (firstTrade[i] ?? 0) + (fills[i] ?? 0);
  return { index, times, firstTrade, before };
}

// Uniform numbers fall evenly into as many buckets as there are of them, which leaves next to nothing to sort.
function ascendingUniforms(key: number, count: number): Float64Array {
  const drawn = new Float64Array(count);
  const ends = new Int32Array(count);
  for (let i = 0; i < count; i += 1) {
    const u = uniform(key, i);
    const bucket = Math.floor(u * count);
    drawn[i] = u;
    ends[bucket] = (ends[bucket] ?? 0) + 1;
  }
  for (let i = 1; i < count; i += 1) ends[i] = (ends[i] ?? 0) + (ends[i - 1] ?? 0);
  const sorted = new Float64Array(count);
  for (const u of drawn) {
    const bucket = Math.floor(u * count);
    const place = (ends[bucket] ?? 0) - 1;
    ends[bucket] = place;
    sorted[place] = u;
  }
  sortNearlySorted(sorted);
  return sorted;
}

// By insertion.
function sortNearlySorted(values: Float64Array): void {
  for (let i = 1; i < values.length; i += 1) {
    const value = values[i] ?? 0;
    let place = i;
    while (place > 0 && (values[place - 1] ?? 0) > value) {
      values[place] = values[place - 1] ?? 0;
      place -= 1;
    }
    values[place] = value;
  }
}

/** How many entries of an ascending list are at most `value`. */
export function countUpTo(sorted: Float64Array | Int32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
