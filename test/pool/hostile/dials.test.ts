import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/index.js';
import { FakeConnector } from '../../../src/pool/testing.js';
import { acquired, codeOf, type Scene, setUp, watch } from '../harness.js';

/** Users who each take a connection, keep it for a while and come back, until `stop`; how many uses they had. */
function load({ clock, pool }: Scene, users: number, useMs: number): { uses: number; stop(): void } {
  let stopped = false;
  const seen = {
    uses: 0,
    stop: () => {
      stopped = true;
    },
  };
  const user = async (): Promise<void> => {
    const lease = await pool.acquire().catch(() => undefined);
    await new Promise<void>((resolve) => {
      clock.setTimeout(resolve, lease ? useMs : 1);
    });
    lease?.release();
    if (lease) seen.uses += 1;
    if (!stopped) void user();
  };
  for (let i = 0; i < users; i += 1) void user();
  return seen;
}

/** A server that takes this many connections and refuses the next. */
function limit({ factory }: Scene, connections: number): void {
  const connect = factory.connect.bind(factory);
  let taken = 0;
  factory.connect = (...args) => {
    factory.behaviour = taken < connections ? 'open' : 'refuse';
    if (factory.behaviour === 'open') taken += 1;
    return connect(...args);
  };
}

describe('dials that fail', () => {
  it('cost no connection that works, and are paused for longer each time while others do', async () => {
    const scene = setUp({ max: 10, acquireTimeoutMs: 1000 });
    const { clock, factory, pool } = scene;
    limit(scene, 5);
    const users = load(scene, 10, 20);
    await clock.advance(10_000);
    expect(users.uses).toBeGreaterThan(2400);
    expect(pool.stats()).toMatchObject({ opened: 5, closed: {} });
    expect(factory.dials.length).toBeLessThan(60);
    users.stop();
  });

  it('are paused for longer each time below the threshold too, while uses go well', async () => {
    const scene = setUp({ max: 10, dialMs: 1, failureThreshold: 1e6 });
    limit(scene, 5);
    const users = load(scene, 10, 20);
    await scene.clock.advance(10_000);
    expect(scene.factory.dials.length).toBeLessThan(200);
    users.stop();
  });

  it('leave the idle connections of their endpoint in use, after those of others', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 5 });
    const { clock, factory, pool } = scene;
    const leases = [await acquired(scene, pool), await acquired(scene, pool)];
    for (const lease of leases) lease.release();
    factory.behaviours.set('a', 'refuse');
    const held = [pool.tryAcquire(), pool.tryAcquire()];
    watch(pool.acquire());
    watch(pool.acquire());
    await clock.advance(30);
    expect(pool.stats()).toMatchObject({ endpoints: [{ state: 'down' }, {}], gauges: { pending: 0 } });
    for (const lease of held.toSorted((one) => (one?.endpoint.origin === 'a' ? 1 : -1))) lease?.release();
    expect(pool.stats().closed).toEqual({});
    expect([pool.tryAcquire(), pool.tryAcquire()].map((lease) => lease?.endpoint.origin)).toEqual(['b', 'a']);
  });

  it('let uses that fail as well take the connections away, and that is told', async () => {
    const scene = setUp({ max: 3 });
    const { clock, factory, pool } = scene;
    const reasons: string[] = [];
    pool.on((event) => {
      if (event.kind === 'endpointDown') reasons.push(event.reason);
    });
    const lease = await acquired(scene, pool);
    (await acquired(scene, pool)).release();
    pool.tryAcquire();
    factory.behaviour = 'refuse';
    watch(pool.acquire());
    await clock.advance(10);
    lease.release({ endpointFailed: true });
    expect(reasons).toEqual(['dial', 'use']);
    expect(factory.connections[0]?.closedFor).toBe('unhealthy');
  });

  it('do not hold up the next try behind a dial that hangs beside them', async () => {
    const { clock, factory, pool } = setUp({ max: 4, dialTimeoutMs: 5000, acquireTimeoutMs: 4000 });
    factory.behaviour = 'manual';
    const acquires = [watch(pool.acquire()), watch(pool.acquire())];
    factory.dials[1]?.refuse();
    await clock.advance(0);
    factory.behaviour = 'open';
    await clock.advance(100);
    expect(acquires.every(({ value }) => value)).toBe(true);
  });
});

describe('a dial that takes long', () => {
  it('has no limit when that is infinite, nor one of a millisecond when it is beyond what a timer can do', async () => {
    for (const dialTimeoutMs of [Number.POSITIVE_INFINITY, 2 ** 31]) {
      const factory = new FakeConnector(systemClock, { dialMs: 20 });
      const { pool } = setUp({ clock: systemClock, factory, dialTimeoutMs });
      expect((await pool.acquire()).connectionId).toBe(1);
      await pool.close();
    }
  });

  it('gets a few more beside it for one waiter, not one every moment', async () => {
    const scene = setUp({ max: 100, dialMs: 5 });
    const { clock, factory, pool } = scene;
    (await acquired(scene, pool, 5)).release({ broken: true });
    factory.dialMs = 4000;
    const waiter = watch(pool.acquire());
    await clock.advance(3999);
    expect(factory.dials.length).toBeLessThan(10);
    await clock.advance(1);
    expect(waiter.value).toBeDefined();
  });

  it('gives its place to a waiter when it is the trial of another endpoint', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 20, maxDialing: 1, cooldownMs: 5000, idleTimeoutMs: 1000 });
    const { clock, factory, pool } = scene;
    factory.behaviours.set('a', 'refuse');
    (await acquired(scene, pool, 50)).release();
    factory.behaviours.set('a', 'hang');
    await clock.advance(5100);
    expect(pool.stats()).toMatchObject({ gauges: { open: 0, dialing: 1 }, endpoints: [{ state: 'trial' }, {}] });
    const waiter = watch(pool.acquire());
    await clock.advance(100);
    expect(waiter.value?.endpoint.origin).toBe('b');
    expect(pool.stats().endpoints[0]?.state).toBe('down');
  });

  it('and is held back to save connections keeps nobody out of a queue without places', async () => {
    const scene = setUp({ max: 10, maxPending: 0 });
    const lease = await acquired(scene, scene.pool);
    await scene.clock.advance(1);
    lease.release();
    const burst = Array.from({ length: 10 }, () => watch(scene.pool.acquire()));
    await scene.clock.advance(10);
    expect(burst.map(codeOf).filter(Boolean)).toEqual([]);
    expect(burst.filter(({ value }) => value)).toHaveLength(10);
  });
});

describe('a pool full of work with one endpoint down', () => {
  it.each([
    [5, 20, 15],
    [20, 5, 20],
    [5, 20, 11],
  ])('tries it again, and dials little beside (dial %i ms, use %i ms, %i users)', async (dialMs, useMs, users) => {
    const scene = setUp({ origins: ['a', 'b'], max: 10, dialMs });
    const { clock, factory, pool } = scene;
    factory.behaviours.set('a', 'refuse');
    const all = load(scene, users, useMs);
    await clock.advance(10_000);
    const before = pool.stats().opened;
    factory.behaviours.clear();
    await clock.advance(20_000);
    expect(pool.stats().opened - before).toBeLessThan(20);
    expect(pool.stats().endpoints.map(({ open }) => open)).toEqual([5, 5]);
    all.stop();
  });

  it('gives an endpoint that is back its share, with a few users or with many', async () => {
    for (const users of [6, 9, 12]) {
      const scene = setUp({ origins: ['a', 'b'], max: 10, dialMs: 60, cooldownMs: 1000 });
      scene.factory.behaviours.set('a', 'refuse');
      const all = load(scene, users, 50);
      await scene.clock.advance(10_000);
      scene.factory.behaviours.clear();
      await scene.clock.advance(60_000);
      const [a = 0, b = 0] = scene.pool.stats().endpoints.map(({ open }) => open);
      expect(b - a, `${users} users`).toBeLessThanOrEqual(2);
      all.stop();
    }
  });
});
