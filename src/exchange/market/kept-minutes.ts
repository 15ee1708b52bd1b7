import type { Bar, BarSum } from './bar.js';

/** A little over a day. */
export const KEPT_MINUTES = 1500;
const FIRST_ROOM = 64;
const SUMS = 6;
const EDGES = 4;

/**
 * The bars of the minutes added up last, whatever their order; the one added first goes when there is no more room.
 * Numbers lie side by side, 90 bytes a minute, since a day's are gone through for every symbol: what is summed and
 * compared in one row, what only the first and the last minute of a bar decide in another.
 */
export class KeptMinutes {
  readonly #places = new Map<number, number>();
  #minutes = new Float64Array(FIRST_ROOM).fill(Number.NaN);
  /** High, low, lots, value, taker lots and taker value. */
  #sums = new Float64Array(FIRST_ROOM * SUMS);
  /** Open, close, first trade id and end trade id. */
  #edges = new Float64Array(FIRST_ROOM * EDGES);
  #added = 0;
  #lowest = Infinity;

  /** No minute before this one is kept. */
  get lowest(): number {
    return this.#lowest;
  }

  /** Where a minute is kept, or undefined. Tries `guess` first: neighbours were mostly added one after the other. */
  placeOf(minute: number, guess: number): number | undefined {
    return this.#minutes[guess] === minute ? guess : this.#places.get(minute);
  }

  /** Keeps a minute that is not kept; returns the one that had to go for it. */
  add(minute: number, bar: Bar): number | undefined {
    const place = this.#added % KEPT_MINUTES;
    if (place === this.#minutes.length) this.#grow();
    const gone = this.#added >= KEPT_MINUTES ? this.#minutes[place] : undefined;
    if (gone !== undefined) this.#places.delete(gone);
    this.#minutes[place] = minute;
    this.#places.set(minute, place);
    this.#sums.set([bar.high, bar.low, bar.lots, bar.value, bar.takerLots, bar.takerValue], place * SUMS);
    this.#edges.set([bar.open, bar.close, bar.firstTradeId, bar.endTradeId], place * EDGES);
    this.#added += 1;
    if (minute < this.#lowest) this.#lowest = minute;
    return gone;
  }

  read(place: number): Bar {
    const [high = 0, low = 0, lots = 0, value = 0, takerLots = 0, takerValue = 0] = this.#row(this.#sums, SUMS, place);
    const [open = 0, close = 0, firstTradeId = 0, endTradeId = 0] = this.#row(this.#edges, EDGES, place);
    return { open, high, low, close, lots, value, takerLots, takerValue, firstTradeId, endTradeId };
  }

  /** How many minutes from the one at `place` up to `last` lie one after the other. */
  runFrom(place: number, last: number): number {
    const minute = this.#minutes[place] ?? 0;
    let count = 1;
    while (minute + count <= last && this.#minutes[place + count] === minute + count) count += 1;
    return count;
  }

  /** Joins `count` minutes to a bar, those from `place` on. */
  join(sum: BarSum, place: number, count: number): void {
    const end = place + count;
    let at = place;
    while (at < end && !this.#liesBeyond(sum, at)) {
      sum.join(this.read(at));
      at += 1;
    }
    if (at < end) this.#joinRows(sum, at, end);
  }

  // From such a minute on the sum has trades for good. Ids of an estimate are not exact and may overlap the first ones.
  #liesBeyond(sum: BarSum, place: number): boolean {
    return !sum.isQuiet && (this.#edges[place * EDGES + 3] ?? 0) > sum.firstTradeId;
  }

  // What `BarSum.join` does, without an object for each minute. A minute has lots when it has trades.
  #joinRows(sum: BarSum, place: number, end: number): void {
    const sums = this.#sums;
    let { high, low, lots, value, takerLots, takerValue } = sum;
    let lastTraded = -1;
    for (let at = place; at < end; at += 1) {
      const row = at * SUMS;
      const more = sums[row + 2] ?? 0;
      if (more === 0) continue;
      lastTraded = at;
      const top = sums[row] ?? 0;
      const bottom = sums[row + 1] ?? 0;
      if (top > high) high = top;
      if (bottom < low) low = bottom;
      lots += more;
      value += sums[row + 3] ?? 0;
      takerLots += sums[row + 4] ?? 0;
      takerValue += sums[row + 5] ?? 0;
    }
    if (lastTraded < 0) return;
    const { close, endTradeId } = this.read(lastTraded);
    Object.assign(sum, { high, low, lots, value, takerLots, takerValue, close, endTradeId });
  }

  #row(rows: Float64Array, columns: number, place: number): Float64Array {
    return rows.subarray(place * columns, (place + 1) * columns);
  }

  #grow(): void {
    const room = Math.min(KEPT_MINUTES, 2 * this.#minutes.length);
    const minutes = new Float64Array(room).fill(Number.NaN);
    minutes.set(this.#minutes);
    this.#minutes = minutes;
    this.#sums = longer(this.#sums, room * SUMS);
    this.#edges = longer(this.#edges, room * EDGES);
  }
}

function longer(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(length);
  copy.set(values);
  return copy;
}
