import { LatencyHistogram } from '../base/index.js';

// Below this many microseconds a histogram has a slot for each; the fast path has no more than those.
const SLOTS = 2048;

/**
 * A latency histogram in two parts: durations of up to two milliseconds are counted with an addition to an array, as
 * the path that every use takes needs it, and moved into the histogram when somebody reads it.
 */
export class ShortLatencies {
  readonly #counts = new Uint32Array(SLOTS);
  #long: LatencyHistogram | undefined;
  #waiting = false;

  /** Counts one duration in milliseconds; a negative one counts as zero. */
  record(ms: number): void {
    const us = ms * 1e3 + 0.5;
    if (us >= 0 && us < SLOTS) {
      const slot = us | 0;
      this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
      this.#waiting = true;
    } else this.#histogram.record(ms);
  }

  get total(): number {
    return this.#waiting ? this.read().total : (this.#long?.total ?? 0);
  }

  // Made when first needed: 92 KB are much for one of many pools, or for an outcome that never comes.
  get #histogram(): LatencyHistogram {
    return (this.#long ??= new LatencyHistogram());
  }

  /** All that was recorded so far; the same histogram every time. */
  read(): LatencyHistogram {
    const histogram = this.#histogram;
    if (!this.#waiting) return histogram;
    const pairs = Array.from(this.#counts, (count, slot): [number, number] => [slot, count]);
    histogram.addSparse(pairs.filter(([, count]) => count > 0));
    this.#counts.fill(0);
    this.#waiting = false;
    return histogram;
  }
}
