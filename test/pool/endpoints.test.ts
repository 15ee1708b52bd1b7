import { describe, expect, it } from 'vitest';
import { acquired, setUp, started, watch } from './harness.js';

describe('a pool over several endpoints', () => {
  it('spreads its connections evenly', async () => {
    const scene = setUp({ origins: ['a', 'b', 'c'], max: 6 });
    await started(scene, 'max');
    expect(scene.pool.stats().endpoints.map(({ open }) => open)).toEqual([2, 2, 2]);
  });

  it('dials them in turn when they have equally many', async () => {
    const scene = setUp({ origins: ['a', 'b', 'c'], max: 3 });
    for (let i = 0; i < 6; i += 1) (await acquired(scene, scene.pool)).release({ broken: true });
    expect(scene.factory.dials.map(({ origin }) => origin).join('')).toBe('abcabc');
  });

  it('tries the next endpoint at once when one refuses', async () => {
    const scene = setUp({ origins: ['a', 'b'], failureThreshold: 5 });
    scene.factory.behaviours.set('a', 'refuse');
    const lease = await acquired(scene, scene.pool, 20);
    expect(lease.endpoint.origin).toBe('b');
  });

  it('closes the idle connections of an endpoint that goes down, and moves its waiters', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 4, failureThreshold: 2 });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    const leases = await Promise.all([1, 2, 3, 4].map(() => pool.acquire()));
    const onA = leases.filter(({ endpoint }) => endpoint.origin === 'a');
    const waiter = watch(pool.acquire());
    onA[0]?.release({ broken: true, endpointFailed: true });
    expect(pool.stats().endpoints[0]).toMatchObject({ state: 'up', failures: 1 });
    onA[1]?.release({ broken: true, endpointFailed: true });
    expect(pool.stats()).toMatchObject({ failovers: 1, endpoints: [{ state: 'down' }, { state: 'up' }] });
    await clock.advance(10);
    expect(waiter.value?.endpoint.origin).toBe('b');
    expect(factory.connections.filter(({ origin, closedFor }) => origin === 'a' && !closedFor)).toEqual([]);
  });

  it('lets a use that succeeds end a row of failures', async () => {
    const scene = setUp({ max: 1, failureThreshold: 2 });
    for (const endpointFailed of [true, false, true, false]) {
      (await acquired(scene, scene.pool)).release({ broken: endpointFailed, endpointFailed });
      expect(scene.pool.stats().endpoints[0]?.state).toBe('up');
    }
  });

  it('does not take a use that broke its connection for one that succeeded', async () => {
    const scene = setUp({ max: 1, failureThreshold: 2 });
    for (const endpointFailed of [true, false, true]) {
      expect(scene.pool.stats().endpoints[0]?.state).toBe('up');
      (await acquired(scene, scene.pool)).release({ broken: true, endpointFailed });
    }
    expect(scene.pool.stats().endpoints[0]?.state).toBe('down');
  });

  it('says that an endpoint is down once, however often its trials fail, and once that it is up', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 4, cooldownMs: 100 });
    const { clock, factory, pool } = scene;
    const news: string[] = [];
    pool.on(({ kind, endpoint }) => {
      if (kind === 'endpointDown' || kind === 'endpointUp') news.push(`${endpoint.origin} ${kind}`);
    });
    factory.behaviours.set('a', 'refuse');
    (await acquired(scene, pool, 20)).release();
    await clock.advance(2000);
    expect(factory.dials.length).toBeGreaterThan(5);
    factory.behaviours.clear();
    await clock.advance(2000);
    (await pool.acquire()).release();
    expect(news).toEqual(['a endpointDown', 'a endpointUp']);
    expect(pool.stats().failovers).toBe(1);
  });

  it('gives up dials to an endpoint that goes down, and sends their waiters elsewhere at once', async () => {
    const { clock, factory, pool } = setUp({ origins: ['a', 'b'], max: 4, dialTimeoutMs: 5000 });
    factory.behaviours.set('a', 'manual');
    const acquires = [1, 2, 3, 4].map(() => watch(pool.acquire()));
    await clock.advance(10);
    expect(acquires.filter(({ value }) => value !== undefined)).toHaveLength(2);
    factory.dials.find(({ origin }) => origin === 'a')?.refuse();
    await clock.advance(10);
    expect(acquires.map(({ value }) => value?.endpoint.origin)).toEqual(['b', 'b', 'b', 'b']);
    expect(factory.dials.filter(({ origin, signal }) => origin === 'a' && signal.aborted)).toHaveLength(1);
  });

  it('puts an endpoint on trial with one connection after its cooldown, and up after one good use', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 4, cooldownMs: 1000 });
    const { clock, factory, pool } = scene;
    factory.behaviours.set('a', 'refuse');
    (await acquired(scene, pool, 20)).release();
    expect(pool.stats().endpoints[0]?.state).toBe('down');
    factory.behaviours.set('a', 'open');
    await clock.advance(1000);
    expect(pool.stats().endpoints[0]).toMatchObject({ state: 'trial', open: 1 });
    const trial = await pool.acquire();
    expect(trial.endpoint.origin).toBe('a');
    trial.release();
    expect(pool.stats().endpoints[0]?.state).toBe('up');
  });

  it('sends an endpoint that fails its trial back for another cooldown', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 4, cooldownMs: 1000 });
    const { clock, factory, pool } = scene;
    factory.behaviours.set('a', 'refuse');
    (await acquired(scene, pool, 20)).release();
    await clock.advance(10_000);
    const dials = factory.dials.filter(({ origin }) => origin === 'a').length;
    expect(dials).toBeGreaterThanOrEqual(9);
    expect(dials).toBeLessThanOrEqual(11);
    expect(pool.stats().endpoints[1]?.state).toBe('up');
  });

  it('goes on dialling when every endpoint is down, until the deadline', async () => {
    const { clock, factory, pool } = setUp({ origins: ['a', 'b'], cooldownMs: 60_000, acquireTimeoutMs: 10_000 });
    factory.behaviour = 'refuse';
    const acquire = watch(pool.acquire());
    await clock.advance(2000);
    expect(pool.stats().endpoints.map(({ state }) => state)).toEqual(['down', 'down']);
    factory.behaviours.set('b', 'open');
    await clock.advance(6000);
    expect(acquire.value?.endpoint.origin).toBe('b');
    expect(factory.dials.length).toBeLessThan(40);
  });

  it('does not believe old news about an endpoint that has recovered', async () => {
    const scene = setUp({ max: 4, cooldownMs: 100 });
    const { clock, pool } = scene;
    await started(scene, 'max');
    const [old, failing] = await Promise.all([pool.acquire(), pool.acquire()]);
    failing.release({ broken: true, endpointFailed: true });
    (await acquired(scene, pool, 200)).release();
    expect(pool.stats().endpoints[0]?.state).toBe('up');
    old.release({ broken: true, endpointFailed: true });
    expect(pool.stats().endpoints[0]?.state).toBe('up');
    await clock.advance(0);
  });

  it('avoids an endpoint for a caller that asks for it, and takes it when there is no other', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 2 });
    const { clock, factory, pool } = scene;
    const a = await acquired(scene, pool);
    expect(a.endpoint.origin).toBe('a');
    a.release();
    const other = watch(pool.acquire({ avoid: [{ origin: 'a' }] }));
    await clock.advance(10);
    expect(other.value?.endpoint.origin).toBe('b');
    const only = watch(pool.acquire({ avoid: [{ origin: 'a' }] }));
    await clock.advance(0);
    expect(only.value?.endpoint.origin).toBe('a');
    expect(factory.dials).toHaveLength(2);
  });
});
