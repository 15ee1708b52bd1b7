import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { acquired, setUp, started, watch } from '../harness.js';

describe('connections that carry many leases', () => {
  it('go on lending past their lifetime while there is no room for others', async () => {
    const scene = setUp({ max: 2, leasesPerConnection: 100, maxLifetimeMs: 60_000 });
    const { clock, pool } = scene;
    await started(scene, 'max');
    const streams = [pool.tryAcquire(), pool.tryAcquire()];
    await clock.advance(60_000);
    const more = Array.from({ length: 198 }, () => pool.tryAcquire());
    expect(more.every((lease) => lease)).toBe(true);
    for (const lease of [...more, streams[0]]) lease?.release();
    expect(pool.stats().closed).toEqual({ lifetime: 1 });
  });

  it('are replaced past their lifetime where there is room, and lend until then', async () => {
    const scene = setUp({ max: 3, leasesPerConnection: 100, maxLifetimeMs: 60_000, lifetimeJitter: 0 });
    const { clock, factory, pool } = scene;
    const stream = await acquired(scene, pool);
    await clock.advance(59_990);
    factory.behaviour = 'manual';
    pool.tryAcquire()?.release({});
    await clock.advance(10);
    expect(pool.describe()).toContain('dialing 1');
    const between = pool.tryAcquire();
    expect(between?.connectionId).toBe(stream.connectionId);
    factory.dials.at(-1)?.open();
    await clock.advance(0);
    expect(pool.tryAcquire()?.connectionId).not.toBe(stream.connectionId);
    between?.release();
    stream.release();
    expect(pool.stats().closed).toEqual({ lifetime: 1 });
  });

  it('are not given up with leases out for an endpoint that is down', async () => {
    const { clock, factory, pool } = setUp({ origins: ['a', 'b'], max: 2, leasesPerConnection: 10, cooldownMs: 1000 });
    factory.behaviours.set('a', 'refuse');
    const all = Array.from({ length: 20 }, () => watch(pool.acquire()));
    await clock.advance(300);
    const kept = new Set<number>();
    for (const { value } of all) {
      if (value && kept.has(value.connectionId)) value.release();
      else if (value) kept.add(value.connectionId);
    }
    await clock.advance(10_000);
    const more = Array.from({ length: 18 }, () => watch(pool.acquire()));
    await clock.advance(10);
    expect(more.every(({ value }) => value)).toBe(true);
  });
});

describe('a lease', () => {
  it('is reported as leaked although its connection has died, and told of when it comes back', async () => {
    const scene = setUp({ max: 2, leakAfterMs: 1000 });
    const { clock, factory, pool } = scene;
    const seen: string[] = [];
    pool.on((event) => {
      if (event.kind === 'leaked' || event.kind === 'leakEnded') seen.push(`${event.kind} ${event.connectionId}`);
    });
    const leases = [await acquired(scene, pool), await acquired(scene, pool)];
    factory.connections[0]?.die();
    await clock.advance(5000);
    expect(pool.stats().leaks).toEqual({ total: 2, out: 2 });
    for (const lease of leases) lease.release();
    expect(seen.toSorted()).toEqual(['leakEnded 1', 'leakEnded 2', 'leaked 1', 'leaked 2']);
  });

  it('that was marked takes its connection out at the end of its scope', async () => {
    const scene = setUp({ max: 1 });
    {
      using lease = await acquired(scene, scene.pool);
      lease.markBroken({ endpointFailed: true });
    }
    expect(scene.pool.stats()).toMatchObject({ closed: { unhealthy: 1 }, endpoints: [{ state: 'down' }] });
  });

  it('that was marked goes by what its release says, if it says anything', async () => {
    const scene = setUp({ max: 1 });
    const lease = await acquired(scene, scene.pool);
    lease.markBroken();
    lease.release({});
    expect(scene.pool.stats()).toMatchObject({ closed: {}, idle: 1 });
  });

  it('is refused by another pool of the same name with a word that tells them apart', async () => {
    const scene = setUp();
    const lease = await acquired(scene, scene.pool);
    expect(() => setUp().pool.release(lease)).toThrow(/is of another pool of the same name, not of "pool"/);
    expect(() => scene.pool.release(undefined as never)).toThrow(/what was released is no lease/);
  });

  it('is never of a connection past its lifetime, although the timer that ends it is late', async () => {
    const clock = new FakeClock();
    let behindMs = 0;
    const late = {
      now: () => clock.now() + behindMs,
      setTimeout: clock.setTimeout.bind(clock),
      clearTimeout: clock.clearTimeout.bind(clock),
    };
    const scene = setUp({ max: 2, clock: late, dialMs: 0, maxLifetimeMs: 1000, lifetimeJitter: 0 });
    const all = [watch(scene.pool.acquire()), watch(scene.pool.acquire())];
    await clock.advance(10);
    for (const { value } of all) value?.release();
    behindMs = 5000;
    expect(scene.pool.tryAcquire()).toBeUndefined();
    expect(scene.pool.stats()).toMatchObject({ idle: 0, closed: { lifetime: 2 } });
  });
});
