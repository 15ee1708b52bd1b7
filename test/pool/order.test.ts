import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock, LatencyHistogram } from '../../src/base/index.js';
import { Deadlines } from '../../src/pool/deadlines.js';
import { ShortLatencies } from '../../src/pool/short-latencies.js';
import { setUp, started } from './harness.js';

describe('the order of idle connections', () => {
  it('is first in, first out when asked for, so that all of them are used in turn', async () => {
    const scene = setUp({ max: 3, idleOrder: 'fifo' });
    const { pool } = scene;
    await started(scene, 'max');
    const seen: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const lease = await pool.acquire();
      seen.push(lease.connectionId);
      lease.release();
    }
    expect(seen).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('keeps every connection warm under first in, first out, and lets none of them grow old', async () => {
    const counts = { lifo: 0, fifo: 0 };
    for (const idleOrder of ['lifo', 'fifo'] as const) {
      const scene = setUp({ max: 4, idleTimeoutMs: 1000, idleOrder });
      const { clock, pool } = scene;
      await started(scene, 'max');
      for (let i = 0; i < 30; i += 1) {
        const lease = await pool.acquire();
        await clock.advance(100);
        lease.release();
      }
      counts[idleOrder] = pool.stats().gauges.open;
    }
    expect(counts).toEqual({ lifo: 1, fifo: 4 });
  });

  it('holds over endpoints too', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 2 });
    const { pool } = scene;
    await started(scene, 'max');
    for (const origin of ['a', 'b']) {
      const leases = await Promise.all([pool.acquire(), pool.acquire()]);
      const [last, first] = leases[0]?.endpoint.origin === origin ? leases : leases.toReversed();
      first?.release();
      last?.release();
      const next = await pool.acquire();
      expect(next.endpoint.origin).toBe(origin);
      next.release();
    }
  });

  it('is not disturbed by probes, so that what is not needed still grows old', async () => {
    const scene = setUp({ max: 3, checks: true, probeIdleEveryMs: 200, idleTimeoutMs: 1000, checkIdleAfterMs: 300 });
    const { clock, pool } = scene;
    await started(scene, 'max');
    for (let i = 0; i < 20; i += 1) {
      (await pool.acquire()).release();
      await clock.advance(100);
    }
    expect(pool.stats()).toMatchObject({ idle: 1, closed: { idle: 2 }, checks: { failed: 0 } });
    expect(pool.stats().checks.passed).toBeGreaterThan(4);
  });
});

describe('idle probes', () => {
  it('find a dead connection before anybody borrows it, and the minimum is refilled', async () => {
    const scene = setUp({ min: 2, max: 2, checks: true, probeIdleEveryMs: 1000, idleTimeoutMs: 60_000 });
    const { clock, factory, pool } = scene;
    await started(scene, 'min');
    await clock.advance(800);
    const [first] = factory.connections;
    if (first) first.check = 'bad';
    await clock.advance(230);
    expect(first?.closedFor).toBe('broken');
    expect(pool.stats()).toMatchObject({ opened: 3, idle: 2, checks: { failed: 1, passed: 1 } });
  });

  it('leave alone what was used a moment ago', async () => {
    const scene = setUp({ max: 1, checks: true, probeIdleEveryMs: 1000, checkIdleAfterMs: 10_000 });
    const { clock, pool } = scene;
    await started(scene, 'max');
    for (let i = 0; i < 50; i += 1) {
      (await pool.acquire()).release();
      await clock.advance(100);
    }
    expect(pool.stats().checks).toEqual({ passed: 0, failed: 0 });
    await clock.advance(1000);
    expect(pool.stats().checks.passed).toBe(1);
  });

  it('that get no answer count against the endpoint', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 2, checks: true, probeIdleEveryMs: 500, checkTimeoutMs: 50 });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    for (const connection of factory.connections) if (connection.origin === 'a') connection.check = 'hang';
    factory.behaviours.set('a', 'refuse');
    await clock.advance(551);
    expect(pool.stats().endpoints.map(({ state }) => state)).toEqual(['down', 'up']);
  });

  it('leave no timer behind when the pool closes while one is under way', async () => {
    const scene = setUp({ max: 1, checks: true, probeIdleEveryMs: 500 });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    for (const connection of factory.connections) connection.check = 'hang';
    await clock.advance(500);
    expect(pool.stats().checking).toBe(1);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

interface Due {
  readonly deadlineMs: number;
  place: number;
  sooner: Due | undefined;
  later: Due | undefined;
}

describe('deadlines', () => {
  const timeout = fc.oneof(
    { weight: 3, arbitrary: fc.constant(50) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 90 }) },
  );
  const step = fc.oneof(
    { weight: 5, arbitrary: timeout.map((ms) => ({ add: ms })) },
    { weight: 3, arbitrary: fc.nat(100).map((index) => ({ leave: index })) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }).map((ms) => ({ wait: ms })) },
  );

  it('pass at their time, whoever came or left in whatever order, with one timer for all of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const clock = new FakeClock();
        const there = new Set<Due>();
        const deadlines = new Deadlines<Due>(clock, (due) => {
          expect(due.deadlineMs).toBe(clock.now());
          expect(there.delete(due)).toBe(true);
        });
        for (const step of steps) {
          if ('add' in step) {
            const due = { deadlineMs: clock.now() + step.add, place: -1, sooner: undefined, later: undefined };
            there.add(due);
            deadlines.add(due);
          } else if ('leave' in step) {
            const due = [...there][step.leave];
            if (due) deadlines.remove(due);
            if (due) there.delete(due);
          } else await clock.advance(step.wait);
          expect(clock.pendingTimers).toBeLessThanOrEqual(1);
          for (const { deadlineMs } of there) expect(deadlineMs).toBeGreaterThan(clock.now());
        }
        await clock.advance(100);
        expect(there.size).toBe(0);
        expect(clock.pendingTimers).toBe(0);
      }),
      { seed: 5, numRuns: 150 },
    );
  });
});

describe('latencies counted the short way', () => {
  it('are those of the histogram, slot by slot, however often it is read in between', () => {
    const ms = fc.oneof(fc.double({ min: 0, max: 3, noNaN: true }), fc.double({ min: -1, max: 1e5, noNaN: true }));
    fc.assert(
      fc.property(fc.array(ms), fc.array(ms), (before, after) => {
        const [short, plain] = [new ShortLatencies(), new LatencyHistogram()];
        for (const list of [before, after]) {
          for (const value of list) short.record(value);
          for (const value of list) plain.record(value);
          expect(short.read().sparse()).toEqual(plain.sparse());
          expect(short.read().total).toBe(plain.total);
        }
      }),
      { seed: 5 },
    );
  });
});

describe('shared connections', () => {
  it('are filled evenly, and one that is full takes no more', async () => {
    const scene = setUp({ max: 3, leasesPerConnection: 4 });
    const { pool } = scene;
    await started(scene, 'max');
    const leases = Array.from({ length: 12 }, () => pool.tryAcquire());
    expect(pool.tryAcquire()).toBeUndefined();
    const counts = new Map<number | undefined, number>();
    for (const lease of leases) counts.set(lease?.connectionId, (counts.get(lease?.connectionId) ?? 0) + 1);
    expect([...counts.values()]).toEqual([4, 4, 4]);
    leases[5]?.release();
    expect(pool.tryAcquire()?.connectionId).toBe(leases[5]?.connectionId);
  });
});
