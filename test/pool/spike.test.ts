import { describe, expect, it } from 'vitest';
import { acquired, type Scene, setUp, started, watch } from './harness.js';

/** HikariCP's spike test: 50 requests at once, 150 ms a dial, 2 ms a use, 5 connections idle, 50 allowed. */
async function spike({ elideDials = true, useMs = 2, uses = 50 } = {}): Promise<Scene> {
  const scene = setUp({ min: 5, max: 50, dialMs: 150, elideDials });
  const { clock, pool } = scene;
  const use = async (): Promise<void> => {
    const lease = await pool.acquire();
    clock.setTimeout(() => lease.release(), useMs);
  };
  const filled = pool.start('min');
  await clock.advance(150);
  await filled;
  const all = Promise.all(Array.from({ length: uses }, use));
  await clock.advance(10_000);
  await all;
  expect(pool.stats().gauges).toMatchObject({ used: 0, pending: 0, dialing: 0 });
  return scene;
}

describe('a spike of short uses', () => {
  it('leaves six connections: the five that were there, and the one dial that is always worth it', async () => {
    const { pool } = await spike();
    expect(pool.describe()).toBe('active 0 · idle 6 · pending 0 · opened 6');
    expect(pool.stats().acquires).toMatchObject({ direct: 5, waited: 45, dialed: 0 });
    expect(pool.accounts.acquireMs.waited.quantile(1)).toBeLessThan(19);
  });

  it('costs a connection for every waiter when dials are not held back', async () => {
    const { pool } = await spike({ elideDials: false });
    expect(pool.describe()).toBe('active 0 · idle 50 · pending 0 · opened 50');
  });

  it('makes the pool grow when uses last, and nobody waits for longer than two dials', async () => {
    const { pool } = await spike({ useMs: 5000 });
    expect(pool.stats().opened).toBe(50);
    expect(pool.accounts.acquireMs.dialed.quantile(1)).toBeLessThanOrEqual(301);
  });

  it('grows at once for a pool that knows its uses to last', async () => {
    const scene = await spike({ useMs: 5000, uses: 10 });
    // One use that is short changes little.
    (await scene.pool.acquire()).release();
    const before = scene.pool.stats().opened;
    const all = Promise.all(Array.from({ length: before + 20 }, () => scene.pool.acquire()));
    await scene.clock.advance(150);
    await all;
    expect(scene.pool.stats().opened).toBe(before + 20);
  });
});

describe('a dial', () => {
  it('is started for every waiter while no lease is out that could come back', async () => {
    const { clock, pool } = setUp({ max: 20, dialMs: 100 });
    for (let round = 0; round < 2; round += 1) {
      const acquires = Array.from({ length: 10 }, () => watch(pool.acquire()));
      await clock.advance(100);
      expect(acquires.every(({ value }) => value !== undefined)).toBe(true);
      for (const { value } of acquires) value?.release({ broken: true });
    }
    expect(pool.stats().opened).toBe(20);
  });

  it('that is further than the first is held back for no longer than a dial takes', async () => {
    const scene = setUp({ max: 4, dialMs: 100 });
    const { clock, pool } = scene;
    (await acquired(scene, pool, 100)).release();
    await pool.acquire();
    const waiters = [watch(pool.acquire()), watch(pool.acquire())];
    expect(pool.stats().gauges.dialing).toBe(1);
    await clock.advance(99);
    expect(pool.stats().gauges.dialing).toBe(1);
    await clock.advance(101);
    expect(waiters.map(({ value }) => value !== undefined)).toEqual([true, true]);
    expect(pool.stats().opened).toBe(3);
  });

  it('is held back for as long as leases come back now and then, be one always out', async () => {
    const { clock, pool } = setUp({ max: 4, dialMs: 100 });
    const filled = Promise.all([pool.acquire(), pool.acquire()]);
    await clock.advance(100);
    let [older, younger] = await filled;
    for (let turn = 0; turn < 20; turn += 1) {
      await clock.advance(20);
      older.release();
      [older, younger] = [younger, await pool.acquire()];
    }
    watch(pool.acquire());
    watch(pool.acquire());
    expect(pool.stats().gauges.dialing).toBe(1);
  });

  it('is not held back for a waiter whose turn the releases bring later than a dial does', async () => {
    const { clock, factory, pool } = setUp({ max: 4, dialMs: 100, failureThreshold: 9 });
    const filled = pool.start('max');
    await clock.advance(100);
    await filled;
    for (let use = 0; use < 30; use += 1) {
      const lease = await pool.acquire();
      await clock.advance(60);
      lease.release();
    }
    const leases = [1, 2, 3, 4].map(() => pool.tryAcquire());
    await clock.advance(60);
    for (const lease of leases.slice(1)) lease?.release({ broken: true });
    factory.behaviour = 'manual';
    for (let i = 0; i < 3; i += 1) watch(pool.acquire());
    expect(pool.stats().gauges.dialing).toBe(1);
    factory.dials.at(-1)?.refuse();
    await clock.advance(10);
    // The lease that is out comes back in some 60 ms: in time for one of the three.
    expect(pool.stats().gauges.dialing).toBe(3);
  });

  it('is not held back for leases that have not come back for the time of a dial', async () => {
    const scene = setUp({ max: 4, dialMs: 100 });
    const { clock, pool } = scene;
    await acquired(scene, pool, 100);
    await clock.advance(101);
    const waiters = [watch(pool.acquire()), watch(pool.acquire())];
    expect(pool.stats().gauges.dialing).toBe(2);
    await clock.advance(100);
    expect(waiters.map(({ value }) => value !== undefined)).toEqual([true, true]);
  });

  it('serves whoever waits when it is done', async () => {
    const { clock, factory, pool } = setUp({ max: 2 });
    factory.behaviour = 'manual';
    const controller = new AbortController();
    const first = watch(pool.acquire({ signal: controller.signal }));
    controller.abort();
    const second = watch(pool.acquire());
    factory.dials[0]?.open();
    await clock.advance(0);
    expect([first.value, second.value?.connectionId]).toEqual([undefined, 1]);
    expect(factory.dials).toHaveLength(1);
  });

  it('keeps to the cap on dials at a time', async () => {
    const scene = setUp({ max: 13, maxDialing: 3 });
    const { clock, factory, pool } = scene;
    const acquires = Array.from({ length: 10 }, () => watch(pool.acquire()));
    for (let round = 1; round <= 3; round += 1) {
      expect(pool.stats().gauges.dialing).toBe(3);
      await clock.advance(10);
      expect(acquires.filter(({ value }) => value !== undefined)).toHaveLength(3 * round);
    }
    await clock.advance(10);
    expect(factory.dials).toHaveLength(10);
    await started(scene, 'max');
  });

  it('that takes far longer than dials do is not waited for: another is started beside it', async () => {
    const scene = setUp({ max: 3, dialTimeoutMs: 5000 });
    const { clock, factory, pool } = scene;
    await acquired(scene, pool);
    factory.behaviour = 'manual';
    const waiter = watch(pool.acquire());
    await clock.advance(79);
    expect(factory.dials).toHaveLength(2);
    factory.behaviour = 'open';
    await clock.advance(11);
    expect(waiter.value?.connectionId).toBe(3);
    expect(pool.describe()).toBe('active 2 · idle 0 · pending 0 · opened 2 · dialing 1');
  });
});
