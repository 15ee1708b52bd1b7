const SUB_BUCKET_BITS = 11;
const HALF = 1 << (SUB_BUCKET_BITS - 1);
const MAX_US = 4294967295;
const SLOTS = (32 - SUB_BUCKET_BITS + 2) * HALF;

/** Non-empty slots of a histogram as [slot, count]; the form that travels between processes. */
export type SparseCounts = readonly (readonly [number, number])[];

/**
 * Constant-memory histogram of durations in milliseconds, at microsecond units and three significant digits.
 * Slots are laid out as in HdrHistogram (G. Tene), so that it exports to that format without loss.
 * Durations above 71 minutes are counted as 71 minutes.
 */
export class LatencyHistogram {
  /** Occurrences by slot; the layout of HdrHistogram's counts array. */
  readonly counts: Uint32Array;
  #total = 0;

  constructor(counts?: Uint32Array) {
    this.counts = counts ?? new Uint32Array(SLOTS);
    for (const count of counts ?? []) this.#total += count;
  }

  get total(): number {
    return this.#total;
  }

  /** Counts one duration in milliseconds; a negative one counts as zero. */
  record(ms: number): void {
    const us = Math.min(MAX_US, Math.max(0, Math.round(ms * 1e3)));
    const slot = slotOf(us);
    this.counts[slot] = (this.counts[slot] ?? 0) + 1;
    this.#total += 1;
  }

  /** Adds another histogram's counts to this one. */
  add(other: LatencyHistogram): void {
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const count = other.counts[slot] ?? 0;
      if (count > 0) this.counts[slot] = (this.counts[slot] ?? 0) + count;
    }
    this.#total += other.total;
  }

  /** The value in ms at quantile `q` (0…1), or NaN when nothing was recorded. */
  quantile(q: number): number {
    if (this.#total === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(q * this.#total));
    let seen = 0;
    for (let slot = 0; slot < SLOTS; slot += 1) {
      seen += this.counts[slot] ?? 0;
      if (seen >= rank) return highestUs(slot) / 1e3;
    }
    return Number.NaN;
  }

  /** The non-empty slots, less what `earlier` (a copy of `counts`) already held. */
  sparse(earlier?: Uint32Array): SparseCounts {
    const pairs: [number, number][] = [];
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const count = (this.counts[slot] ?? 0) - (earlier?.[slot] ?? 0);
      if (count > 0) pairs.push([slot, count]);
    }
    return pairs;
  }

  /** Adds counts that came from another process. */
  addSparse(pairs: SparseCounts): void {
    for (const [slot, count] of pairs) {
      this.counts[slot] = (this.counts[slot] ?? 0) + count;
      this.#total += count;
    }
  }

  /** The non-empty slots as [microseconds, count] pairs, smallest first. */
  entries(): [number, number][] {
    const pairs: [number, number][] = [];
    for (let slot = 0; slot < SLOTS; slot += 1) {
      const count = this.counts[slot] ?? 0;
      if (count > 0) pairs.push([lowestUs(slot), count]);
    }
    return pairs;
  }
}

function slotOf(us: number): number {
  const bucket = Math.max(0, 32 - Math.clz32(us) - SUB_BUCKET_BITS);
  return bucket * HALF + (us >>> bucket);
}

function lowestUs(slot: number): number {
  const bucket = Math.max(0, Math.floor(slot / HALF) - 1);
  return (slot - bucket * HALF) * 2 ** bucket;
}

function highestUs(slot: number): number {
  const bucket = Math.max(0, Math.floor(slot / HALF) - 1);
  return lowestUs(slot) + 2 ** bucket - 1;
}
