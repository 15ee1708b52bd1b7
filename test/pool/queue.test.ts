import { describe, expect, it } from 'vitest';
import { acquired, codeOf, setUp, started, watch } from './harness.js';

const A = { origin: 'a' };

describe('a draining pool', () => {
  it('is drained as soon as the last of those who wait has left, by signal or by deadline', async () => {
    for (const by of ['signal', 'deadline'] as const) {
      const { clock, factory, pool } = setUp({ max: 1, dialTimeoutMs: 5000 });
      factory.behaviour = 'hang';
      const controller = new AbortController();
      const waiter = watch(pool.acquire(by === 'signal' ? { signal: controller.signal } : { timeoutMs: 50 }));
      const drained = watch(pool.drain(1000));
      if (by === 'signal') controller.abort();
      await clock.advance(by === 'signal' ? 0 : 50);
      expect(waiter.error).toBeDefined();
      expect(drained).toEqual({ done: true, value: true });
    }
  });

  it('was not drained cleanly when somebody still waits at the deadline', async () => {
    const { clock, factory, pool } = setUp({ max: 1 });
    factory.behaviour = 'hang';
    const waiter = watch(pool.acquire());
    const drained = watch(pool.drain(50));
    await clock.advance(50);
    expect(codeOf(waiter)).toBe('E_POOL_CLOSED');
    expect(drained).toEqual({ done: true, value: false });
  });

  it('keeps to the earliest of its deadlines', async () => {
    const scene = setUp({ max: 1 });
    await acquired(scene, scene.pool);
    const drained = [watch(scene.pool.drain(1000)), watch(scene.pool.drain(100)), watch(scene.pool.drain(2000))];
    await scene.clock.advance(99);
    expect(drained.map(({ done }) => done)).toEqual([false, false, false]);
    await scene.clock.advance(1);
    expect(drained.map(({ value }) => value)).toEqual([false, false, false]);
  });

  it('closes what is idle at once, and does not lend it', async () => {
    const scene = setUp({ max: 2 });
    await started(scene, 'max');
    await scene.pool.acquire();
    watch(scene.pool.drain(1000));
    expect(scene.pool.tryAcquire()).toBeUndefined();
    expect(scene.factory.open).toBe(1);
  });

  it('does not refill its minimum', async () => {
    const scene = setUp({ min: 3, max: 3 });
    const { clock, factory, pool } = scene;
    await started(scene, 'min');
    const [lease] = await Promise.all([pool.acquire(), pool.acquire()]);
    watch(pool.drain(1000));
    lease.release();
    await clock.advance(500);
    expect(factory.dials).toHaveLength(3);
    expect(factory.open).toBe(1);
  });
});

describe('a queue that takes nobody', () => {
  it('still lets an acquire wait for its own dial or check, since those are on their way', async () => {
    const scene = setUp({ max: 1, maxPending: 0, checks: true, checkIdleAfterMs: 100 });
    const { clock, factory, pool } = scene;
    const dialled = watch(pool.acquire());
    await clock.advance(10);
    expect(dialled.value?.connectionId).toBe(1);
    dialled.value?.release();
    await clock.advance(200);
    factory.checkMs = 5;
    const [checked, refused] = [watch(pool.acquire()), watch(pool.acquire())];
    await clock.advance(5);
    expect(checked.value?.connectionId).toBe(1);
    expect(codeOf(refused)).toBe('E_POOL_QUEUE_FULL');
  });
});

describe('an acquire', () => {
  it('with a signal that has aborted gets nothing, though a connection is idle', async () => {
    const scene = setUp({ max: 1 });
    await started(scene, 'max');
    const acquire = watch(scene.pool.acquire({ signal: AbortSignal.abort() }));
    await scene.clock.advance(0);
    expect(codeOf(acquire)).toBe('E_POOL_ABORTED');
    expect(scene.pool.stats()).toMatchObject({ idle: 1, acquires: { aborted: 1, direct: 0 } });
  });

  it('starts no dial while a connection is checked for it', async () => {
    const scene = setUp({ max: 4, checks: true, checkIdleAfterMs: 100 });
    const { clock, factory, pool } = scene;
    (await acquired(scene, pool)).release();
    await clock.advance(200);
    factory.checkMs = 5;
    const acquire = watch(pool.acquire());
    expect(pool.describe()).toBe('active 0 · idle 0 · pending 1 · opened 1 · checking 1');
    await clock.advance(5);
    expect(acquire.value?.connectionId).toBe(1);
    expect(factory.dials).toHaveLength(1);
  });

  it('has one connection checked for it, whatever happens meanwhile', async () => {
    const scene = setUp({ max: 3, checks: true, checkIdleAfterMs: 100 });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    const held = await pool.acquire();
    await clock.advance(200);
    factory.checkMs = 5;
    watch(pool.acquire());
    held.release({ broken: true });
    expect(pool.stats()).toMatchObject({ checking: 1, idle: 1 });
  });

  it('is a hit when an idle connection suits it, though it avoids other endpoints', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 3 });
    const [first, last] = [await acquired(scene, scene.pool), await acquired(scene, scene.pool)];
    first.release();
    last.release();
    const lease = watch(scene.pool.acquire({ avoid: [{ origin: 'c' }, last.endpoint] }));
    await scene.clock.advance(0);
    expect(lease.value?.connectionId).toBe(first.connectionId);
    expect(scene.pool.stats().acquires).toMatchObject({ direct: 1, waited: 0 });
  });

  it('is not overtaken by one that finds another connection idle while a check is made for it', async () => {
    const scene = setUp({ max: 2, checks: true, checkIdleAfterMs: 100, idleOrder: 'fifo' });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    const [old, young] = await Promise.all([pool.acquire(), pool.acquire()]);
    old.release();
    await clock.advance(90);
    young.release();
    await clock.advance(20);
    factory.checkMs = 5;
    const first = watch(pool.acquire());
    expect(pool.stats()).toMatchObject({ checking: 1, idle: 1 });
    expect(pool.tryAcquire()).toBeUndefined();
    await clock.advance(5);
    expect(first.value).toBeDefined();
  });

  it('does not get what was checked for it while another is before it in the queue', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 2, checks: true, checkIdleAfterMs: 100, checkTimeoutMs: 1000 });
    const { clock, factory, pool } = scene;
    const a = await acquired(scene, pool);
    a.release();
    await clock.advance(200);
    factory.checkMs = 20;
    factory.behaviours.set('b', 'manual');
    // The first waits for a dial to b; when that fails, it is content with a, which is checked for the second by then.
    const avoiding = watch(pool.acquire({ avoid: [A] }));
    const second = watch(pool.acquire());
    expect(pool.stats().checking).toBe(1);
    factory.behaviour = 'manual';
    factory.dials.at(-1)?.refuse();
    await clock.advance(20);
    expect([avoiding.value?.connectionId, second.done]).toEqual([1, false]);
  });
});

describe('acquires that avoid an endpoint', () => {
  it('are passed by when a connection to it comes back, for as long as another is on its way', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 2 });
    const { clock, factory, pool } = scene;
    const a = await acquired(scene, pool);
    factory.behaviours.set('b', 'manual');
    const [avoiding, next] = [watch(pool.acquire({ avoid: [A] })), watch(pool.acquire())];
    a.release();
    await clock.advance(0);
    expect([avoiding.done, next.value?.connectionId]).toEqual([false, 1]);
    factory.dials.at(-1)?.open();
    await clock.advance(0);
    expect(avoiding.value?.endpoint.origin).toBe('b');
  });

  it('are dialled for elsewhere, though the endpoint has fewer connections', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 4 });
    const { clock, factory, pool } = scene;
    const leases = [await acquired(scene, pool), await acquired(scene, pool)];
    leases.find(({ endpoint }) => endpoint.origin === 'a')?.release({ broken: true });
    const acquire = watch(pool.acquire({ avoid: [A] }));
    expect(factory.dials.at(-1)?.origin).toBe('b');
    await clock.advance(10);
    expect(acquire.value?.endpoint.origin).toBe('b');
  });

  it('are dialled for there when there is no other', async () => {
    const { clock, pool } = setUp({ max: 1 });
    const acquire = watch(pool.acquire({ avoid: [A] }));
    await clock.advance(10);
    expect(acquire.value?.endpoint.origin).toBe('a');
  });

  it('have connections checked for all of them at a time, once there is no other', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 4, checks: true, checkIdleAfterMs: 100 });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    for (const connection of factory.connections) if (connection.origin === 'b') connection.die();
    await clock.advance(200);
    factory.behaviours.set('b', 'manual');
    factory.checkMs = 5;
    const both = [watch(pool.acquire({ avoid: [A] })), watch(pool.acquire({ avoid: [A] }))];
    expect(pool.stats()).toMatchObject({ idle: 2, checking: 0 });
    factory.dials.at(-1)?.refuse();
    await clock.advance(0);
    expect(pool.stats().checking).toBe(2);
    await clock.advance(5);
    expect(both.map(({ value }) => value?.endpoint.origin)).toEqual(['a', 'a']);
  });
});

describe('shared connections', () => {
  it('are dialled once for all those whom one of them can carry', async () => {
    const { clock, factory, pool } = setUp({ max: 4, leasesPerConnection: 4, failureThreshold: 9 });
    factory.behaviour = 'manual';
    for (let i = 0; i < 4; i += 1) watch(pool.acquire());
    factory.dials[0]?.refuse();
    await clock.advance(20);
    expect(factory.dials).toHaveLength(2);
    factory.dials[1]?.open();
    await clock.advance(100);
    expect(pool.describe()).toBe('active 4 · idle 0 · pending 0 · opened 1');
    expect(factory.dials).toHaveLength(2);
  });

  it('get each lease where there are the fewest, among one endpoint and among several', async () => {
    for (const origins of [['a'], ['a', 'b', 'c']]) {
      const scene = setUp({ origins, max: 3, leasesPerConnection: 4 });
      const { pool } = scene;
      await started(scene, 'max');
      const counts = new Map<number | undefined, number>();
      for (let i = 0; i < 9; i += 1) {
        const id = pool.tryAcquire()?.connectionId;
        counts.set(id, (counts.get(id) ?? 0) + 1);
        expect(Math.max(...counts.values())).toBe(Math.ceil((i + 1) / 3));
      }
    }
  });
});

describe('first in, first out', () => {
  it('holds over several endpoints', async () => {
    const scene = setUp({ origins: ['a', 'b', 'c'], max: 3, idleOrder: 'fifo' });
    const { pool } = scene;
    await started(scene, 'max');
    const seen: (number | undefined)[] = [];
    for (let i = 0; i < 6; i += 1) {
      const lease = pool.tryAcquire();
      seen.push(lease?.connectionId);
      lease?.release();
    }
    expect(seen).toEqual([1, 2, 3, 1, 2, 3]);
  });
});
