import { describe, expect, it } from 'vitest';
import { acquired, setUp, started, watch } from '../harness.js';

describe('a pool that checks its connections', () => {
  for (const behaviour of ['bad', 'throw', 'hang'] as const) {
    it(`survives a check that goes wrong (${behaviour}) and serves with a new connection`, async () => {
      const scene = setUp({ max: 1, checks: true, checkIdleAfterMs: 100, checkTimeoutMs: 50, acquireTimeoutMs: 200 });
      const { clock, factory, pool } = scene;
      (await acquired(scene, pool)).release();
      await clock.advance(200);
      const [first] = factory.connections;
      if (first) first.check = behaviour;
      const acquire = watch(pool.acquire());
      await clock.advance(60);
      expect(acquire.value?.connectionId).toBe(2);
      expect(first?.closedFor).toBe('broken');
      expect(pool.stats().acquires).toMatchObject({ dialed: 2, direct: 0 });
    });
  }

  it('counts an idle connection that passed its check as a hit, and skips the check soon after a use', async () => {
    const scene = setUp({ max: 1, checks: true, checkIdleAfterMs: 100 });
    const { clock, factory, pool } = scene;
    factory.checkMs = 5;
    (await acquired(scene, pool)).release();
    await clock.advance(50);
    (await pool.acquire()).release();
    await clock.advance(101);
    const checked = watch(pool.acquire());
    expect(pool.describe()).toBe('active 0 · idle 0 · pending 1 · opened 1 · checking 1');
    await clock.advance(5);
    expect(checked.value?.connectionId).toBe(1);
    expect(pool.stats().acquires).toMatchObject({ dialed: 1, direct: 2 });
  });

  it('checks a connection for each waiter at the same time', async () => {
    const scene = setUp({ max: 3, checks: true, checkIdleAfterMs: 100 });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    factory.checkMs = 5;
    await clock.advance(200);
    const acquires = [1, 2, 3].map(() => watch(pool.acquire()));
    expect(pool.describe()).toBe('active 0 · idle 0 · pending 3 · opened 3 · checking 3');
    await clock.advance(5);
    expect(acquires.map(({ value }) => value !== undefined)).toEqual([true, true, true]);
  });

  it('gives a waiter the connection that comes first, be it another than the one checked for it', async () => {
    const scene = setUp({ max: 2, checks: true, checkIdleAfterMs: 100, checkTimeoutMs: 1000 });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    const held = await pool.acquire();
    await clock.advance(200);
    for (const connection of factory.connections) connection.check = 'hang';
    const acquire = watch(pool.acquire());
    await clock.advance(10);
    held.release();
    await clock.advance(0);
    expect(acquire.value?.connectionId).toBe(held.connectionId);
  });
});
