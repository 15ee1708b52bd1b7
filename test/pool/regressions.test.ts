import { describe, expect, it, vi } from 'vitest';
import { acquired, setUp, watch } from './harness.js';

// To go into test/pool/trials.test.ts and test/pool/upkeep.test.ts with the fixes of naive-fix.patch and bounded.ts.
describe('the only endpoint', () => {
  it('is tried again although a dial from before it went down has not come back', async () => {
    const { clock, factory, pool } = setUp({ max: 4, dialTimeoutMs: 5000 });
    factory.behaviour = 'manual';
    const waiters = [watch(pool.acquire()), watch(pool.acquire())];
    factory.dials[1]?.refuse();
    factory.behaviour = 'open';
    await clock.advance(200);
    expect(waiters.map(({ value }) => value !== undefined)).toEqual([true, true]);
  });

  it('is tried again although its trial takes far longer than dials do', async () => {
    const scene = setUp({ max: 4, dialTimeoutMs: 5000 });
    const { clock, factory, pool } = scene;
    (await acquired(scene, pool)).release({ broken: true, endpointFailed: true });
    factory.behaviour = 'hang';
    const waiter = watch(pool.acquire());
    await clock.advance(50);
    factory.behaviour = 'open';
    await clock.advance(200);
    expect(waiter.value).toBeDefined();
  });
});

describe('a time-out of a dial or a check', () => {
  it('may be longer than a timer can take, or none', async () => {
    for (const ms of [2 ** 31, Number.POSITIVE_INFINITY]) {
      const { clock, pool } = setUp({ dialTimeoutMs: ms, checkTimeoutMs: ms });
      const timers = vi.spyOn(clock, 'setTimeout');
      watch(pool.acquire());
      for (const [, delayMs] of timers.mock.calls) expect(delayMs).toBeLessThan(2 ** 31);
      await pool.close();
    }
  });
});

describe('an acquire that avoids an endpoint', () => {
  it('gets the idle connection of another, though the pool is full and the last used is of the avoided one', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 2 });
    const [first, last] = [await acquired(scene, scene.pool), await acquired(scene, scene.pool)];
    first.release();
    last.release();
    const lease = watch(scene.pool.acquire({ avoid: [last.endpoint] }));
    await scene.clock.advance(0);
    expect(lease.value?.connectionId).toBe(first.connectionId);
  });
});
