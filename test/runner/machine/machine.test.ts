import { describe, expect, it } from 'vitest';
import { type Clock, FakeClock } from '../../../src/base/index.js';
import { parseCpuTimes, readCpuTimes, stolenShare } from '../../../src/runner/machine/cpu-times.js';
import { isDisturbed } from '../../../src/runner/machine/disturbance.js';
import { FrozenControl } from '../../../src/runner/machine/frozen-control.js';
import { LatenessWatch } from '../../../src/runner/machine/lateness.js';

describe('the ticker', () => {
  /** A fake clock that reads late, as after a stall of the machine. */
  class Stalling implements Clock {
    readonly inner = new FakeClock();
    lateMs = 0;
    now = () => this.inner.now() + this.lateMs;
    setTimeout = (callback: () => void, delayMs: number) => this.inner.setTimeout(callback, delayMs);
    clearTimeout = (handle: unknown) => {
      this.inner.clearTimeout(handle);
    };
  }

  it('remembers the worst of its delays, and no more of it than there was', async () => {
    const clock = new Stalling();
    const watch = new LatenessWatch(clock);
    await clock.inner.advance(10);
    clock.lateMs = 40;
    await clock.inner.advance(10);
    clock.lateMs = 47;
    await clock.inner.advance(10);
    expect(watch.stop()).toBe(40);
    expect(clock.inner.pendingTimers).toBe(0);
  });

  it('sees the stall that it was stopped in', async () => {
    const clock = new Stalling();
    const watch = new LatenessWatch(clock);
    await clock.inner.advance(5);
    clock.lateMs = 30;
    expect(watch.stop()).toBe(29);
  });

  it('was never late on a machine that never was', async () => {
    const clock = new Stalling();
    const watch = new LatenessWatch(clock);
    await clock.inner.advance(100);
    expect(watch.stop()).toBe(0);
  });
});

describe('the time of the cores', () => {
  const stat = (ticks: string): string => `cpu  ${ticks}\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 5\n`;

  it('is read from the first line, guests being part of user already', () => {
    expect(parseCpuTimes(stat('100 1 20 800 3 4 5 67 50 6'))).toEqual({ total: 1000, steal: 67 });
    expect(parseCpuTimes(stat('100 1 20 800'))).toBeNull();
    expect(parseCpuTimes('intr 5\n')).toBeNull();
    expect(readCpuTimes('/nowhere/stat')).toBeNull();
  });

  it('gives the share that was stolen between two readings', () => {
    const before = { total: 1000, steal: 10 };
    expect(stolenShare(before, { total: 1200, steal: 40 })).toBeCloseTo(0.15);
    expect(stolenShare(before, before)).toBe(0);
    expect(stolenShare(null, before)).toBeNull();
  });
});

describe('a turn', () => {
  it('is spoiled by one long stall or by stolen time, and by nothing that cannot be told', () => {
    expect(isDisturbed({ lateMs: 25, stolen: 0.05 })).toBe(false);
    expect(isDisturbed({ lateMs: 25.1, stolen: 0 })).toBe(true);
    expect(isDisturbed({ lateMs: 0, stolen: 0.051 })).toBe(true);
    expect(isDisturbed({ lateMs: 0, stolen: null })).toBe(false);
    expect([80, 120].map((lateMs) => isDisturbed({ lateMs, stolen: 0 }, 100))).toEqual([false, true]);
  });
});

describe('the frozen control', () => {
  it('does its work, and tells a broken echo', async () => {
    const control = new FrozenControl();
    await expect(control.slice()).rejects.toThrow('not opened');
    await control.open();
    const { cpuMs, echoMs } = await control.slice();
    expect(cpuMs).toBeGreaterThan(0);
    expect(echoMs).toBeGreaterThan(0);
    const broken = control.slice();
    control.close();
    await expect(broken).rejects.toThrow('broke');
  });
});
