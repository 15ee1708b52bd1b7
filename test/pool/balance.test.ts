import { describe, expect, it } from 'vitest';
import { acquired, type Scene, setUp, started, watch } from './harness.js';

/** Uses one after the other, and how many of them each endpoint got. */
async function sharesOf({ clock, pool }: Scene, uses: number, endpointIsBad = (_origin: string) => false) {
  const shares: Record<string, number> = {};
  for (let i = 0; i < uses; i += 1) {
    const acquire = watch(pool.acquire());
    while (!acquire.value) await clock.advance(1);
    const { endpoint } = acquire.value;
    shares[endpoint.origin] = (shares[endpoint.origin] ?? 0) + 1;
    if (endpointIsBad(endpoint.origin)) acquire.value.release({ badAnswer: true });
    else acquire.value.release();
  }
  return shares;
}

const weighted = [
  { origin: 'a', weight: 3 },
  { origin: 'b', weight: 1 },
];

describe('endpoints with weights', () => {
  it('get connections by their weight', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 8, endpoints: weighted });
    await started(scene, 'max');
    expect(scene.pool.stats().endpoints).toMatchObject([
      { open: 6, weight: 3 },
      { open: 2, weight: 1 },
    ]);
  });

  it('get leases by their weight, whether uses come one at a time or all at once', async () => {
    const scene = setUp({ max: 8, endpoints: weighted });
    const { pool } = scene;
    await started(scene, 'max');
    expect(await sharesOf(scene, 400)).toEqual({ a: 300, b: 100 });
    const four = [1, 2, 3, 4].map(() => pool.tryAcquire()?.endpoint.origin);
    expect(four.filter((origin) => origin === 'a')).toHaveLength(3);
  });

  it('have their leases spread over them without weights when that is asked for', async () => {
    const scene = setUp({ origins: ['a', 'b', 'c'], max: 6, balance: 'leastLoaded' });
    await started(scene, 'max');
    expect(await sharesOf(scene, 300)).toEqual({ a: 100, b: 100, c: 100 });
  });

  it('do not make up for what one of them missed while it had no connection', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 4, balance: 'leastLoaded' });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    factory.behaviours.set('b', 'manual');
    for (const connection of factory.connections) if (connection.origin === 'b') connection.die();
    expect(await sharesOf(scene, 100)).toEqual({ a: 100 });
    watch(pool.start('max'));
    for (const dial of factory.dials) dial.open();
    await clock.advance(0);
    expect(pool.stats().endpoints.map(({ open }) => open)).toEqual([2, 2]);
    expect(await sharesOf(scene, 20)).toEqual({ a: 10, b: 10 });
  });

  it('are refused weights that cannot be', () => {
    expect(() => setUp({ endpoints: [{ origin: 'a', weight: 0 }] })).toThrow(/weight of a to be above 0, got 0/);
  });
});

describe('a limit on connections to one endpoint', () => {
  it('is kept when the other endpoint is down', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 6, maxPerEndpoint: 3 });
    scene.factory.behaviours.set('b', 'refuse');
    const { clock, pool } = scene;
    for (let i = 0; i < 6; i += 1) watch(pool.acquire());
    await clock.advance(1000);
    expect(pool.stats().endpoints.map(({ open }) => open)).toEqual([3, 0]);
    expect(pool.describe()).toMatch(/^active 3 · idle 0 · pending 3/);
  });
});

describe('an endpoint that answers, but answers badly', () => {
  const always503 = (origin: string): boolean => origin === 'a';

  it('loses its traffic but for a try now and then', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 4, balance: 'leastLoaded', cooldownMs: 1000 });
    const { clock, pool } = scene;
    await started(scene, 'max');
    const first = await sharesOf(scene, 100, always503);
    expect(first['a']).toBeLessThanOrEqual(10);
    expect(pool.stats()).toMatchObject({ failovers: 1, endpoints: [{ state: 'down' }, { state: 'up' }] });
    let bad = 0;
    for (let second = 0; second < 20; second += 1) {
      await clock.advance(1000);
      bad += (await sharesOf(scene, 100, always503))['a'] ?? 0;
    }
    expect(bad).toBeGreaterThan(0);
    expect(bad).toBeLessThanOrEqual(20);
  });

  it('stays in service when there is no other', async () => {
    const scene = setUp({ max: 2 });
    await started(scene, 'max');
    expect(await sharesOf(scene, 100, () => true)).toEqual({ a: 100 });
    expect(scene.pool.stats().endpoints[0]?.state).toBe('up');
  });

  it('stays in service while most of its answers are good', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 4, balance: 'leastLoaded' });
    await started(scene, 'max');
    let turn = 0;
    await sharesOf(scene, 300, (origin) => origin === 'a' && ++turn % 3 === 0);
    expect(scene.pool.stats().endpoints[0]?.state).toBe('up');
  });

  it('is judged by its answers of late, not by a good past', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 4, balance: 'leastLoaded', ejection: { windowMs: 1000 } });
    await started(scene, 'max');
    await sharesOf(scene, 1000);
    await scene.clock.advance(5000);
    const after = await sharesOf(scene, 60, always503);
    expect(after['a']).toBeLessThanOrEqual(10);
  });

  it('is not brought back by a check that its connections pass', async () => {
    const scene = setUp({
      origins: ['a', 'b'],
      max: 4,
      balance: 'leastLoaded',
      cooldownMs: 1000,
      checks: true,
      probeIdleEveryMs: 100,
    });
    await started(scene, 'max');
    await sharesOf(scene, 100, always503);
    await scene.clock.advance(1500);
    expect(scene.pool.stats().endpoints[0]?.state).toBe('trial');
  });
});

describe('an endpoint back in service', () => {
  async function recovered(options: Parameters<typeof setUp>[0] = {}): Promise<Scene> {
    const scene = setUp({ origins: ['a', 'b'], max: 10, cooldownMs: 1000, slowStartMs: 4000, ...options });
    const { clock, factory, pool } = scene;
    factory.behaviours.set('a', 'refuse');
    await clock.advance(0);
    await started(scene, 'max');
    await clock.advance(100);
    await pool.start('max').catch(() => {});
    expect(pool.stats().endpoints.map(({ open }) => open)).toEqual([0, 10]);
    factory.behaviours.set('a', 'open');
    return scene;
  }

  it('is tried although the pool is full of connections to others, idle ones', async () => {
    const { clock, pool } = await recovered();
    await clock.advance(1000);
    expect(pool.stats().endpoints[0]).toMatchObject({ state: 'trial', open: 1 });
    expect(pool.stats().gauges.open).toBe(10);
  });

  it('is tried although all others are busy, with the next that comes back', async () => {
    const { clock, pool } = await recovered();
    const leases = Array.from({ length: 10 }, () => pool.tryAcquire());
    await clock.advance(1500);
    expect(pool.stats()).toMatchObject({ gauges: { used: 10 }, endpoints: [{ open: 0 }, { open: 10 }] });
    for (const lease of leases) lease?.release();
    await clock.advance(10);
    expect(pool.stats().endpoints).toMatchObject([{ state: 'trial', open: 1 }, { open: 9 }]);
  });

  it('gets its connections back one by one, and all of them in the end', async () => {
    const { clock, pool } = await recovered();
    await clock.advance(1010);
    pool.tryAcquire()?.release();
    expect(pool.stats().endpoints[0]?.state).toBe('up');
    const course: number[] = [];
    for (let second = 0; second < 5; second += 1) {
      await clock.advance(1000);
      course.push(pool.stats().endpoints[0]?.open ?? 0);
      expect(pool.stats().gauges.open).toBe(10);
    }
    expect(course).toEqual(course.toSorted((one, two) => one - two));
    expect(course[0]).toBeLessThanOrEqual(3);
    expect(course.at(-1)).toBe(5);
  });

  it('costs the others one connection at a time, however long the dials to it take', async () => {
    const { clock, factory, pool } = await recovered();
    await clock.advance(1010);
    pool.tryAcquire()?.release();
    factory.dialMs = 800;
    let most = 0;
    for (let look = 0; look < 100; look += 1) {
      await clock.advance(50);
      most = Math.max(most, pool.stats().gauges.dialing);
    }
    expect(most).toBe(1);
    expect(pool.stats().endpoints[0]?.open).toBe(5);
  });

  it('gets its share of leases back gradually', async () => {
    const scene = await recovered({ balance: 'leastLoaded' });
    const { clock, pool } = scene;
    await clock.advance(1010);
    await sharesOf(scene, 20);
    expect(pool.stats().endpoints[0]?.state).toBe('up');
    const shares: number[] = [];
    for (let second = 0; second < 5; second += 1) {
      const leases = [1, 2, 3, 4, 5, 6].map(() => pool.tryAcquire());
      shares.push(leases.filter((lease) => lease?.endpoint.origin === 'a').length);
      for (const lease of leases) lease?.release();
      await clock.advance(1000);
    }
    expect(shares[0]).toBeLessThanOrEqual(1);
    expect(shares.at(-1)).toBe(3);
  });

  it('is believed after a check of the connection on trial, before anybody uses it', async () => {
    const scene = await recovered({ checks: true, probeIdleEveryMs: 200 });
    await scene.clock.advance(1300);
    expect(scene.pool.stats().endpoints[0]?.state).toBe('up');
  });
});

describe('a waiter of an endpoint that dies', () => {
  it('is served by another at once, without a pause', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 1, dialTimeoutMs: 60_000 });
    const { clock, factory, pool } = scene;
    const lease = await acquired(scene, pool);
    expect(lease.endpoint.origin).toBe('a');
    const waiter = watch(pool.acquire());
    factory.behaviours.set('a', 'hang');
    lease.release({ broken: true, endpointFailed: true });
    await clock.advance(10);
    expect(waiter.value?.endpoint.origin).toBe('b');
  });
});
