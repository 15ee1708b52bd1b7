import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { type Clock, type LatencyHistogram, systemClock } from '../base/index.js';
import { type GcKind, GcPauses } from './gc-pauses.js';
import { compareSnapshots, type MemoryComparison, type MemorySnapshot, takeSnapshot } from './snapshot.js';

export interface MemoryProfilerOptions {
  readonly clock?: Clock;
  /** How often the event loop is probed, in milliseconds (default 10). */
  readonly resolutionMs?: number;
}

/** Percentiles of a distribution in milliseconds; null when nothing was recorded. */
export interface PauseSummary {
  readonly count: number;
  readonly totalMs: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** What a profile found; plain data. */
export interface MemoryReport {
  /** Time profiled so far; the share of it that the collector and the CPU took follows from the totals. */
  readonly elapsedMs: number;
  readonly snapshots: readonly MemorySnapshot[];
  /** Each snapshot against the one before. */
  readonly changes: readonly MemoryComparison[];
  readonly gcPauseMs: Readonly<Record<GcKind, PauseSummary>>;
  /** How much later than due the event loop came round, beyond the probe's own interval. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  /** CPU time of the whole process, in microseconds. */
  readonly cpuUs: { readonly user: number; readonly system: number };
}

/** Watches the process's memory, its garbage collector and its event loop between `start` and `stop`. */
export class MemoryProfiler {
  readonly #clock: Clock;
  readonly #resolutionMs: number;
  readonly #snapshots: MemorySnapshot[] = [];
  #gc = new GcPauses();
  #loop: IntervalHistogram | undefined;
  #startedAtMs = Number.NaN;
  #stoppedAtMs = Number.NaN;
  #cpuAtStart: NodeJS.CpuUsage = { user: 0, system: 0 };
  #cpuUs: NodeJS.CpuUsage = { user: 0, system: 0 };
  #running = false;

  constructor(options: MemoryProfilerOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#resolutionMs = options.resolutionMs ?? 10;
  }

  /** Begins a new profile; what an earlier one found is dropped. @throws {Error} while one is running */
  start(): void {
    if (this.#running) throw new Error('The profiler is running already');
    this.#running = true;
    this.#snapshots.length = 0;
    this.#gc = new GcPauses();
    this.#gc.start();
    this.#loop = monitorEventLoopDelay({ resolution: this.#resolutionMs });
    this.#loop.enable();
    this.#cpuAtStart = process.cpuUsage();
    this.#startedAtMs = this.#clock.now();
    this.#stoppedAtMs = Number.NaN;
  }

  /** Ends the profile and lets go of every handle; `report` stays as it was. Collections of this turn are missed. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#stoppedAtMs = this.#clock.now();
    this.#cpuUs = process.cpuUsage(this.#cpuAtStart);
    this.#loop?.disable();
    this.#gc.stop();
  }

  /** Takes and keeps a snapshot; collects garbage first where node runs with `--expose-gc`. */
  snapshot(label: string): MemorySnapshot {
    const snapshot = takeSnapshot(label, this.#clock.now());
    this.#snapshots.push(snapshot);
    return snapshot;
  }

  /** Pauses by kind of collection, for merging with others. */
  get gcPauseMs(): Readonly<Record<GcKind, LatencyHistogram>> {
    this.#gc.flush();
    return this.#gc.pauseMs;
  }

  report(): MemoryReport {
    this.#gc.flush();
    const untilMs = this.#running ? this.#clock.now() : this.#stoppedAtMs;
    const { minor, major, incremental, weak } = this.#gc.pauseMs;
    const { totalMs } = this.#gc;
    return {
      elapsedMs: Number.isNaN(this.#startedAtMs) ? 0 : untilMs - this.#startedAtMs,
      snapshots: [...this.#snapshots],
      changes: this.#snapshots.slice(1).map((to, index) => compareSnapshots(this.#snapshots[index] ?? to, to)),
      gcPauseMs: {
        minor: summarize(minor, totalMs.minor),
        major: summarize(major, totalMs.major),
        incremental: summarize(incremental, totalMs.incremental),
        weak: summarize(weak, totalMs.weak),
      },
      eventLoopDelayMs: this.#loopDelay(),
      cpuUs: this.#running ? process.cpuUsage(this.#cpuAtStart) : { ...this.#cpuUs },
    };
  }

  #loopDelay(): MemoryReport['eventLoopDelayMs'] {
    const loop = this.#loop;
    if (!loop || loop.count === 0) return null;
    // Node records the whole time between two probes; the delay is what exceeds the interval that was asked for.
    const delayMs = (ns: number): number => Math.max(0, ns / 1e6 - this.#resolutionMs);
    return { p50: delayMs(loop.percentile(50)), p99: delayMs(loop.percentile(99)), max: delayMs(loop.max) };
  }
}

function summarize(pauses: LatencyHistogram, totalMs: number): PauseSummary {
  const quantile = (q: number): number | null => (pauses.total === 0 ? null : pauses.quantile(q));
  return { count: pauses.total, totalMs, p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) };
}
