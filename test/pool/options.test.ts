import { describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../src/base/index.js';
import { ConnectionPool, type PoolEvent } from '../../src/pool/index.js';
import { type FakeConnection, FakeConnector } from '../../src/pool/testing.js';
import { acquired, setUp, type SetUpOptions } from './harness.js';

describe('options', () => {
  it('are refused with everything that is wrong with them', () => {
    const factory = new FakeConnector(new FakeClock());
    const make = (): unknown => new ConnectionPool({ endpoints: [], factory, min: 3, max: 2, idleTimeoutMs: -1 });
    expect(make).toThrow(/at least one endpoint.*min 3 is above max 2.*idleTimeoutMs.*-1/);
  });

  it.each<[SetUpOptions, RegExp]>([
    [{ max: 0 }, /expected max to be an integer of at least 1, got 0/],
    [{ maxPending: -1 }, /maxPending to be an integer of at least 0, got -1/],
    [{ max: 1.5 }, /max to be an integer of at least 1, got 1.5/],
    [{ max: Number.POSITIVE_INFINITY }, /max to be an integer/],
    [{ dialTimeoutMs: 0 }, /dialTimeoutMs to be above 0/],
    [{ probeIdleEveryMs: 0 }, /probeIdleEveryMs to be above 0/],
    [{ acquireTimeoutMs: Number.NaN }, /acquireTimeoutMs to be milliseconds of at least 0, got NaN/],
    [{ lifetimeJitter: 1.1 }, /lifetimeJitter to be between 0 and 1, got 1.1/],
    [{ ejection: { badShare: -0.1 } }, /ejection.badShare to be between 0 and 1/],
    [{ dialBackoff: { firstMs: 10, maxMs: 5 } }, /firstMs 10 is above dialBackoff.maxMs 5/],
    [{ origins: ['a', 'b', 'a'] }, /an endpoint is listed twice in a, b, a/],
  ])('cannot be %o', (options, problem) => {
    expect(() => setUp(options)).toThrow(problem);
  });

  it.each<SetUpOptions>([
    { maxPending: Number.POSITIVE_INFINITY, maxDialing: Number.POSITIVE_INFINITY },
    { maxPending: 0, acquireTimeoutMs: 0, checkIdleAfterMs: 0, cooldownMs: 0, slowStartMs: 0 },
    { lifetimeJitter: 1, leakStackShare: 1, min: 2, max: 2 },
  ])('may be at their limits: %o', (options) => {
    expect(() => setUp(options)).not.toThrow();
  });
});

describe('events', () => {
  it('tell the life of a connection in order', async () => {
    const scene = setUp({ max: 1 });
    const seen: string[] = [];
    scene.pool.on((event: PoolEvent<FakeConnection>) => seen.push(`${event.atMs} ${event.kind}`));
    const lease = await acquired(scene, scene.pool);
    lease.release({ broken: true, endpointFailed: true });
    expect(seen).toEqual(['0 dialing', '10 opened', '10 endpointDown', '10 closed']);
  });

  it('come once each and in their order, when a listener does more with the pool', async () => {
    const scene = setUp({ max: 2 });
    const { clock, pool } = scene;
    const seen: string[] = [];
    pool.on((event) => {
      seen.push(`${event.kind} ${'connectionId' in event ? event.connectionId : ''}`);
      if (event.kind !== 'opened' || event.connectionId > 1) return;
      pool.tryAcquire()?.release({ broken: true });
      void pool.acquire();
    });
    const filled = pool.start('max');
    await clock.advance(50);
    await filled;
    expect(seen).toEqual(['dialing 1', 'dialing 2', 'opened 1', 'closed 1', 'dialing 3', 'opened 2', 'opened 3']);
    expect(pool.describe()).toBe('active 1 · idle 1 · pending 0 · opened 3');
  });

  it('reach every listener, although one of them throws, which is an uncaught error of its own', async () => {
    const uncaught: unknown[] = [];
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => {
      void Promise.resolve()
        .then(task)
        .catch((error: unknown) => uncaught.push(error));
    });
    const scene = setUp({ max: 1 });
    const seen: string[] = [];
    scene.pool.on(() => {
      throw new Error('listener');
    });
    scene.pool.on(({ kind }) => seen.push(kind));
    await acquired(scene, scene.pool);
    expect(seen).toEqual(['dialing', 'opened']);
    expect(uncaught).toEqual([new Error('listener'), new Error('listener')]);
  });
});
