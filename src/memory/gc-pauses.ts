import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { LatencyHistogram } from '../base/index.js';

/** V8's kinds of collection: young generation, full, incremental marking step, weak callbacks. */
export type GcKind = 'minor' | 'major' | 'incremental' | 'weak';

const KINDS: Readonly<Record<number, GcKind>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weak',
};

// Node's typings know `detail` on none of the entries.
type GcEntry = PerformanceEntry & { readonly detail?: { readonly kind?: number } };

/** Pauses of the garbage collector, as node reports them. */
export class GcPauses {
  readonly pauseMs: Readonly<Record<GcKind, LatencyHistogram>> = {
    minor: new LatencyHistogram(),
    major: new LatencyHistogram(),
    incremental: new LatencyHistogram(),
    weak: new LatencyHistogram(),
  };
  readonly totalMs: Record<GcKind, number> = { minor: 0, major: 0, incremental: 0, weak: 0 };
  #observer: PerformanceObserver | undefined;

  start(): void {
    this.#observer = new PerformanceObserver((list) => this.#record(list.getEntries()));
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    this.flush();
    this.#observer?.disconnect();
    this.#observer = undefined;
  }

  /** Takes in what node holds ready. A collection of this very turn is reported on the next one only. */
  flush(): void {
    if (this.#observer) this.#record(this.#observer.takeRecords());
  }

  #record(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      const kind = KINDS[(entry as GcEntry).detail?.kind ?? 0];
      if (kind === undefined) continue;
      this.pauseMs[kind].record(entry.duration);
      this.totalMs[kind] += entry.duration;
    }
  }
}
