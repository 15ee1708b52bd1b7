import { describe, expect, it, vi } from 'vitest';
import { acquired, setUp, started, watch } from './harness.js';

describe('what a pool does by itself, with nobody coming by', () => {
  it('closes each idle connection at its own time', async () => {
    const scene = setUp({ max: 2, idleTimeoutMs: 1000 });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    const [first, second] = await Promise.all([pool.acquire(), pool.acquire()]);
    first.release();
    await clock.advance(500);
    second.release();
    await clock.advance(500);
    expect(factory.open).toBe(1);
    await clock.advance(499);
    expect(factory.open).toBe(1);
    await clock.advance(1);
    expect(factory.open).toBe(0);
  });

  it('closes what comes back after all others have gone', async () => {
    const scene = setUp({ max: 1, idleTimeoutMs: 1000 });
    const { clock, factory, pool } = scene;
    const lease = await acquired(scene, pool);
    await clock.advance(5000);
    lease.release();
    await clock.advance(1000);
    expect(factory.open).toBe(0);
  });

  it('closes the connection that is idle for longest, of whatever endpoint', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 2, idleTimeoutMs: 1000 });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    const leases = await Promise.all([pool.acquire(), pool.acquire()]);
    const [a, b] = leases.toSorted((one, other) => (one.endpoint.origin < other.endpoint.origin ? -1 : 1));
    b?.release();
    await clock.advance(500);
    a?.release();
    await clock.advance(500);
    expect(factory.connections.filter(({ closedFor }) => closedFor).map(({ origin }) => origin)).toEqual(['b']);
  });

  it('replaces each connection at the end of its own life', async () => {
    const scene = setUp({ max: 2, maxLifetimeMs: 1000, lifetimeJitter: 0, idleTimeoutMs: 60_000 });
    const { clock, factory, pool } = scene;
    const first = await acquired(scene, pool);
    await clock.advance(490);
    const second = await acquired(scene, pool);
    first.release();
    second.release();
    await clock.advance(500);
    expect(factory.open).toBe(1);
    await clock.advance(500);
    expect(factory.open).toBe(0);
  });

  it('does not renew at once what was opened at once', async () => {
    const scene = setUp({ min: 20, max: 20, maxLifetimeMs: 1000, lifetimeJitter: 0.5, idleTimeoutMs: 60_000 });
    const { clock, factory } = scene;
    await started(scene, 'min');
    const closed = (): number => factory.connections.filter(({ closedFor }) => closedFor === 'lifetime').length;
    const course: number[] = [];
    for (const ms of [460, 120, 120, 120, 120, 90]) {
      await clock.advance(ms);
      course.push(closed());
    }
    expect(course[0]).toBe(0);
    expect(new Set(course).size).toBeGreaterThan(4);
    expect(closed()).toBeGreaterThanOrEqual(20);
  });

  it('does not probe at once what was opened at once', async () => {
    const scene = setUp({ max: 20, checks: true, probeIdleEveryMs: 1000 });
    const { clock, pool } = scene;
    await started(scene, 'max');
    await clock.advance(920);
    const { passed } = pool.stats().checks;
    expect(passed).toBeGreaterThan(0);
    expect(passed).toBeLessThan(20);
    await clock.advance(100);
    expect(pool.stats().checks.passed).toBeGreaterThanOrEqual(20);
  });

  it('goes on probing after a probe, and closes the connection when its time has come', async () => {
    const scene = setUp({ max: 1, checks: true, probeIdleEveryMs: 1000, idleTimeoutMs: 10_000 });
    const { clock, factory, pool } = scene;
    factory.checkMs = 5;
    await started(scene, 'max');
    await clock.advance(11_000);
    expect(pool.stats().checks.passed).toBeGreaterThanOrEqual(9);
    expect(factory.connections[0]?.closedFor).toBe('idle');
  });
});

describe('a connection at the end of its life', () => {
  it('does not go to whoever waits, when it comes back just then', async () => {
    for (const outcome of [[], [{ badAnswer: true }]]) {
      const scene = setUp({ max: 1, maxLifetimeMs: 1000, lifetimeJitter: 0 });
      const { clock, factory, pool } = scene;
      // Set before the pool's own timer, so that it is first when both are due.
      clock.setTimeout(() => held?.release(...outcome), 1010);
      const held = await acquired(scene, pool);
      const waiter = watch(pool.acquire());
      await clock.advance(1000);
      await clock.advance(10);
      expect(waiter.value?.connectionId).toBe(2);
      expect(factory.connections[0]?.closedFor).toBe('lifetime');
    }
  });

  it('is closed when its check is over, not under it, and serves nobody any more', async () => {
    const scene = setUp({ max: 1, checks: true, checkIdleAfterMs: 100, maxLifetimeMs: 1000, lifetimeJitter: 0 });
    const { clock, factory, pool } = scene;
    (await acquired(scene, pool)).release();
    factory.checkMs = 20;
    await clock.advance(990);
    const waiter = watch(pool.acquire());
    await clock.advance(15);
    expect(pool.describe()).toBe('active 0 · idle 0 · pending 1 · opened 1 · checking 1');
    expect(factory.connections[0]?.closedFor).toBeUndefined();
    await clock.advance(20);
    expect(factory.connections[0]?.closedFor).toBe('lifetime');
    expect(waiter.value?.connectionId).toBe(2);
  });

  it('keeps its other leases until they are back', async () => {
    const scene = setUp({ max: 1, leasesPerConnection: 2, maxLifetimeMs: 1000 });
    const { clock, factory, pool } = scene;
    const [first, second] = [await acquired(scene, pool), await acquired(scene, pool)];
    await clock.advance(1000);
    first.release();
    expect(factory.connections[0]?.closedFor).toBeUndefined();
    second.release();
    expect(factory.connections[0]?.closedFor).toBe('lifetime');
  });
});

describe('a time-out of years', () => {
  it('is not more than a timer can take', async () => {
    const scene = setUp({ max: 1, acquireTimeoutMs: 2 ** 40, idleTimeoutMs: 2 ** 40, maxLifetimeMs: 2 ** 41 });
    const { clock, pool } = scene;
    const timers = vi.spyOn(clock, 'setTimeout');
    await acquired(scene, pool);
    const waiting = watch(pool.acquire());
    await clock.advance(2 ** 32);
    expect(waiting.done).toBe(false);
    expect(timers.mock.calls.length).toBeGreaterThan(3);
    for (const [, delayMs] of timers.mock.calls) expect(delayMs).toBeLessThan(2 ** 31);
  });
});
