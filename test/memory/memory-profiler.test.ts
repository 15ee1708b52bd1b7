import { setImmediate as nextTurn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/base/index.js';
import { compareSnapshots, MemoryProfiler, type MemorySnapshot } from '../../src/memory/index.js';

const former = globalThis.gc;

function exposeGc(): void {
  v8.setFlagsFromString('--expose-gc');
  globalThis.gc = vm.runInNewContext('gc') as typeof globalThis.gc;
}

afterEach(() => {
  globalThis.gc = former;
});

describe('MemoryProfiler', () => {
  it('sees what is held grow the heap, and what was dropped shrink it', () => {
    exposeGc();
    const profiler = new MemoryProfiler();
    profiler.start();
    profiler.snapshot('before');
    const held = Array.from({ length: 200_000 }, (_, value) => ({ value }));
    profiler.snapshot('held');
    held.length = 0;
    profiler.snapshot('dropped');
    profiler.stop();
    const [grown, shrunk] = profiler.report().changes;
    expect(grown).toMatchObject({ from: 'before', to: 'held', comparable: true });
    // One word an object is far below what any build of V8 takes for it.
    expect(grown?.heapUsedBytes).toBeGreaterThan(200_000 * 8);
    expect(shrunk?.heapUsedBytes).toBeLessThan(-200_000 * 8);
  });

  it('counts array buffers apart from the heap', () => {
    const profiler = new MemoryProfiler();
    const before = profiler.snapshot('before');
    const buffer = new ArrayBuffer(8 << 20);
    const after = profiler.snapshot('after');
    expect(compareSnapshots(before, after).arrayBuffersBytes).toBeGreaterThanOrEqual(buffer.byteLength);
  });

  it('says that a comparison without forced collection is not one', () => {
    delete (globalThis as { gc?: unknown }).gc;
    const profiler = new MemoryProfiler();
    const before = profiler.snapshot('before');
    expect(before.collected).toBe(false);
    exposeGc();
    expect(compareSnapshots(before, profiler.snapshot('after')).comparable).toBe(false);
  });

  it('records a full collection under its kind', async () => {
    exposeGc();
    const profiler = new MemoryProfiler();
    profiler.start();
    globalThis.gc?.();
    await nextTurn();
    await nextTurn();
    profiler.stop();
    const { major } = profiler.report().gcPauseMs;
    expect(major.count).toBeGreaterThanOrEqual(1);
    expect(major.totalMs).toBeGreaterThan(0);
    expect(profiler.gcPauseMs.major.total).toBe(major.count);
  });

  it('measures a blocked event loop and the CPU that it burnt, and nothing after stop', async () => {
    const profiler = new MemoryProfiler({ resolutionMs: 1 });
    profiler.start();
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    const until = performance.now() + 60;
    while (performance.now() < until);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    profiler.stop();
    const { eventLoopDelayMs, cpuUs } = profiler.report();
    expect(eventLoopDelayMs?.max).toBeGreaterThan(40);
    expect(cpuUs.user + cpuUs.system).toBeGreaterThan(10_000);
    const report = profiler.report();
    exposeGc();
    globalThis.gc?.();
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    expect(profiler.report()).toEqual(report);
  });

  it('times the profile by its clock, and stands still once stopped', async () => {
    const clock = new FakeClock();
    const profiler = new MemoryProfiler({ clock });
    expect(profiler.report().elapsedMs).toBe(0);
    profiler.start();
    expect(() => profiler.start()).toThrow(/running/);
    await clock.advance(250);
    profiler.stop();
    await clock.advance(1000);
    const report = profiler.report();
    expect(report.elapsedMs).toBe(250);
    expect(profiler.report()).toEqual(report);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('compares by subtraction', () => {
    const at = (label: string, bytes: number): MemorySnapshot => ({
      label,
      atMs: bytes,
      rssBytes: bytes * 2,
      heapUsedBytes: bytes * 3,
      externalBytes: bytes * 5,
      arrayBuffersBytes: bytes * 7,
      collected: true,
    });
    expect(compareSnapshots(at('a', 10), at('b', 4))).toEqual({
      from: 'a',
      to: 'b',
      elapsedMs: -6,
      rssBytes: -12,
      heapUsedBytes: -18,
      externalBytes: -30,
      arrayBuffersBytes: -42,
      comparable: true,
    });
  });
});
