import { describe, expect, it } from 'vitest';
import { acquired, codeOf, setUp, watch } from '../harness.js';

describe('a pool with waiters', () => {
  it('passes a release on when the waiter it would have gone to has left', async () => {
    const scene = setUp({ max: 1 });
    const { clock, pool } = scene;
    const held = await acquired(scene, pool);
    const controller = new AbortController();
    const leavers = [pool.acquire({ signal: controller.signal }), pool.acquire({ timeoutMs: 20 })].map(watch);
    const stayer = watch(pool.acquire());
    controller.abort();
    await clock.advance(20);
    expect(leavers.map(codeOf)).toEqual(['E_POOL_ABORTED', 'E_POOL_TIMEOUT']);
    held.release();
    await clock.advance(0);
    expect(stayer.value?.connectionId).toBe(1);
  });

  it('keeps every place usable through cancellation at each point of a dial', async () => {
    for (let cancelAtMs = 0; cancelAtMs <= 12; cancelAtMs += 2) {
      const { clock, pool } = setUp({ max: 2 });
      const controller = new AbortController();
      for (let i = 0; i < 8; i += 1)
        watch(pool.acquire({ signal: controller.signal }).then((lease) => lease.release()));
      await clock.advance(cancelAtMs);
      controller.abort();
      const after = [watch(pool.acquire()), watch(pool.acquire())];
      await clock.advance(20);
      expect(after.map(({ value }) => value !== undefined)).toEqual([true, true]);
    }
  });

  it('keeps a dial whose waiter was served by a release, for the next', async () => {
    const scene = setUp({ max: 2 });
    const { clock, pool } = scene;
    const held = await acquired(scene, pool);
    const waiter = watch(pool.acquire());
    held.release();
    await clock.advance(10);
    expect(waiter.value?.connectionId).toBe(held.connectionId);
    expect(pool.describe()).toBe('active 1 · idle 1 · pending 0 · opened 2');
    expect(pool.stats().acquires).toMatchObject({ dialed: 1, waited: 1 });
  });

  it('reaches neither timeout nor signal once served', async () => {
    const scene = setUp({ max: 1 });
    const { clock, pool } = scene;
    const controller = new AbortController();
    const acquire = watch(pool.acquire({ timeoutMs: 20, signal: controller.signal }));
    await clock.advance(10);
    controller.abort();
    await clock.advance(100);
    expect(acquire.value?.connectionId).toBe(1);
    expect(pool.stats().acquires).toMatchObject({ dialed: 1, timeout: 0, aborted: 0 });
  });

  it('applies the deadline and the signal while the acquire is queued', async () => {
    const scene = setUp({ max: 1 });
    const { clock, pool } = scene;
    await acquired(scene, pool);
    const controller = new AbortController();
    const timed = watch(pool.acquire({ timeoutMs: 100 }));
    const aborted = watch(pool.acquire({ signal: controller.signal }));
    controller.abort();
    await clock.advance(0);
    expect(codeOf(aborted)).toBe('E_POOL_ABORTED');
    await clock.advance(99);
    expect(timed.done).toBe(false);
    await clock.advance(1);
    expect(codeOf(timed)).toBe('E_POOL_TIMEOUT');
    expect(pool.stats().gauges.pending).toBe(0);
  });

  it('fails at once when it may keep nobody waiting, but dials while there is room', async () => {
    const { clock, pool } = setUp({ max: 2, maxPending: 0 });
    const dialled = [watch(pool.acquire()), watch(pool.acquire())];
    const refused = watch(pool.acquire());
    await clock.advance(0);
    expect(codeOf(refused)).toBe('E_POOL_QUEUE_FULL');
    await clock.advance(10);
    expect(dialled.map(({ value }) => value !== undefined)).toEqual([true, true]);
  });

  it('takes new waiters after others have left a full queue', async () => {
    const scene = setUp({ max: 1, maxPending: 1 });
    const { clock, pool } = scene;
    await acquired(scene, pool);
    for (let i = 0; i < 5; i += 1) {
      const waiter = watch(pool.acquire({ timeoutMs: 10 }));
      await clock.advance(10);
      expect(codeOf(waiter)).toBe('E_POOL_TIMEOUT');
    }
  });

  it('dials for one waiter while another holds a connection', async () => {
    const scene = setUp({ max: 3, dialMs: 100 });
    const { clock, pool } = scene;
    const held = await acquired(scene, pool, 100);
    const slow = watch(pool.acquire());
    held.release();
    await clock.advance(0);
    expect(slow.value?.connectionId).toBe(held.connectionId);
    expect(pool.stats().gauges.dialing).toBe(1);
  });
});
