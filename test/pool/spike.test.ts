import { describe, expect, it } from 'vitest';
import { type Scene, setUp } from './harness.js';

// HikariCP's spike test: 50 requests at once, 150 ms a dial, 2 ms a use, 5 connections idle, 50 allowed.
async function spike(options: { readonly elideDials: boolean; readonly usedBefore: boolean }): Promise<Scene> {
  const scene = setUp({ min: 5, max: 50, dialMs: 150, elideDials: options.elideDials });
  const { clock, pool } = scene;
  const use = async (): Promise<void> => {
    const lease = await pool.acquire();
    clock.setTimeout(() => lease.release(), 2);
  };
  const filled = pool.start('min');
  await clock.advance(150);
  await filled;
  if (options.usedBefore) {
    const first = use();
    await clock.advance(2);
    await first;
  }
  const all = Promise.all(Array.from({ length: 50 }, use));
  await clock.advance(20);
  await all;
  expect(pool.stats().gauges).toMatchObject({ used: 0, pending: 0 });
  await clock.advance(1000);
  return scene;
}

describe('a spike of short uses', () => {
  it('opens no further connection when dials are held back and the pool has seen a use before', async () => {
    const { pool } = await spike({ elideDials: true, usedBefore: true });
    expect(pool.describe()).toBe('active 0 · idle 5 · pending 0 · opened 5');
    expect(pool.accounts.acquireMs.waited.quantile(1)).toBeLessThan(19);
  });

  it('dials for every waiter by default, and is served by the five before any dial is done', async () => {
    const { pool } = await spike({ elideDials: false, usedBefore: true });
    expect(pool.describe()).toBe('active 0 · idle 50 · pending 0 · opened 50');
    expect(pool.stats().acquires).toMatchObject({ waited: 45, dialed: 0 });
  });

  it('holds a dial back for no longer than a dial takes', async () => {
    const { clock, pool } = setUp({ max: 2, dialMs: 100, elideDials: true });
    const first = pool.acquire();
    await clock.advance(100);
    (await first).release();
    const quick = await pool.acquire();
    await clock.advance(1);
    quick.release();
    await pool.acquire();
    const waiter = pool.acquire();
    await clock.advance(99);
    expect(pool.stats().gauges.dialing).toBe(0);
    await clock.advance(1);
    expect(pool.stats().gauges.dialing).toBe(1);
    await clock.advance(100);
    expect((await waiter).connectionId).toBe(2);
  });
});
