import { LatencyHistogram, systemClock } from '../../base/index.js';
import { MemoryProfiler } from '../../memory/index.js';
import type { MachineReading } from './messages.js';

const TICK_MS = 10;
const BYTES_PER_MB = 1024 * 1024;

/** What the arm's process cost its machine between `begin` and `read`: the day-1 layer, on in every stack. */
export class MachineReader {
  #profiler = new MemoryProfiler();
  #loopDelay = new LatencyHistogram();
  #ticker: NodeJS.Timeout | null = null;

  begin(): void {
    this.#profiler.stop();
    this.#profiler = new MemoryProfiler();
    this.#loopDelay = new LatencyHistogram();
    this.#profiler.start();
    let expectedMs = systemClock.now() + TICK_MS;
    clearInterval(this.#ticker ?? undefined);
    this.#ticker = setInterval(() => {
      const now = systemClock.now();
      this.#loopDelay.record(now - expectedMs);
      expectedMs = now + TICK_MS;
    }, TICK_MS).unref();
  }

  /** Reads since `begin`; `last` also collects garbage and looks at what is left. */
  read(last: boolean): MachineReading {
    clearInterval(this.#ticker ?? undefined);
    const { cpuUs } = this.#profiler.report();
    const pauses = new LatencyHistogram();
    for (const histogram of Object.values(this.#profiler.gcPauseMs)) pauses.add(histogram);
    this.#profiler.stop();
    const left = last ? this.#profiler.snapshot('end of the launch') : null;
    return {
      cpuUs: cpuUs.user + cpuUs.system,
      gcPauseMs: pauses.sparse(),
      eventLoopDelayMs: this.#loopDelay.sparse(),
      heapUsedMb: left?.collected === true ? left.heapUsedBytes / BYTES_PER_MB : null,
      rssMb: left ? left.rssBytes / BYTES_PER_MB : null,
    };
  }
}
