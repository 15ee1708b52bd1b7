import { describe, expect, it } from 'vitest';
import type { Lease } from '../../src/pool/index.js';
import type { FakeConnection } from '../../src/pool/testing.js';
import { acquired, type Scene, setUp, type SetUpOptions, started, watch } from './harness.js';

const FAILED = { broken: true, endpointFailed: true };
const BALANCED = { origins: ['a', 'b'], max: 4, cooldownMs: 1000 } as const;

interface Fallen extends Scene {
  /** A lease of `a` from before it went down. */
  readonly old: Lease<FakeConnection>;
}

/** Endpoint `a` has just gone down, a lease of it is still out, and `b` serves. */
async function fallen(options: SetUpOptions = {}): Promise<Fallen> {
  const scene = setUp({ ...BALANCED, ...options });
  await started(scene, 'max');
  const leases = await Promise.all([1, 2, 3, 4].map(() => scene.pool.acquire()));
  const [failing, old] = leases.filter(({ endpoint }) => endpoint.origin === 'a');
  for (const lease of leases) if (lease.endpoint.origin === 'b') lease.release();
  failing?.release(FAILED);
  if (!old) throw new Error('there is no second lease of a');
  expect(stateOfA(scene)).toBe('down');
  return { ...scene, old };
}

function stateOfA({ pool }: Scene): string | undefined {
  return pool.stats().endpoints[0]?.state;
}

function dialsOf({ factory }: Scene, origin: string): number {
  return factory.dials.filter((dial) => dial.origin === origin).length;
}

describe('an endpoint on trial', () => {
  it('learns nothing from connections of before, be they used well, used badly or closed', async () => {
    const endings = [
      ({ old }: Fallen) => old.release(),
      ({ old }: Fallen) => old.release({ badAnswer: true }),
      ({ old, factory }: Fallen) => factory.connections[old.connectionId - 1]?.die(),
    ];
    for (const end of endings) {
      const scene = await fallen();
      await scene.clock.advance(1100);
      expect(scene.pool.stats().endpoints[0]).toMatchObject({ state: 'trial', open: 2 });
      end(scene);
      await scene.clock.advance(100);
      expect(scene.pool.stats().endpoints[0]).toMatchObject({ state: 'trial', open: 1 });
      expect(dialsOf(scene, 'a')).toBe(3);
    }
  });

  it('does not come up for a use that began before it went down', async () => {
    const scene = await fallen();
    scene.old.release();
    expect(stateOfA(scene)).toBe('down');
  });

  it('passes when its connection stands for a cooldown on loan, if it carries many leases', async () => {
    const scene = await fallen({ leasesPerConnection: 2, max: 2 });
    await scene.clock.advance(1010);
    const leases = [1, 2, 3].map(() => scene.pool.tryAcquire());
    expect(leases.some((lease) => lease?.endpoint.origin === 'a')).toBe(true);
    await scene.clock.advance(990);
    expect(stateOfA(scene)).toBe('trial');
    await scene.clock.advance(20);
    expect(stateOfA(scene)).toBe('up');
  });

  it('is down again when its connection dies, and tried again after a pause', async () => {
    const scene = await fallen();
    await scene.clock.advance(1010);
    scene.factory.connections.at(-1)?.die();
    expect(stateOfA(scene)).toBe('down');
    await scene.clock.advance(30);
    expect(stateOfA(scene)).toBe('trial');
    expect(dialsOf(scene, 'a')).toBe(4);
  });

  it('is not counted on: a waiter gets a dial to an endpoint in service', async () => {
    const scene = await fallen({ max: 6 });
    scene.factory.behaviours.set('a', 'hang');
    await scene.clock.advance(1010);
    expect(scene.pool.stats().gauges.dialing).toBe(1);
    for (let i = 0; i < 6 && scene.pool.stats().idle > 0; i += 1) scene.pool.tryAcquire();
    const dials = dialsOf(scene, 'b');
    const waiter = watch(scene.pool.acquire());
    expect(dialsOf(scene, 'b')).toBe(dials + 1);
    await scene.clock.advance(10);
    expect(waiter.value?.endpoint.origin).toBe('b');
  });

  it('is not counted on for the minimum either', async () => {
    const scene = await fallen({ min: 2, max: 6 });
    scene.factory.behaviours.set('a', 'hang');
    scene.old.release();
    await scene.clock.advance(1010);
    const onB = scene.factory.connections.filter(({ origin, closedFor }) => origin === 'b' && !closedFor);
    expect(scene.pool.stats().gauges.dialing).toBe(1);
    for (const connection of onB) connection.die();
    await scene.clock.advance(50);
    expect(scene.pool.stats().endpoints[1]?.open).toBe(2);
  });

  it('gets no connection beyond the limit for one endpoint', async () => {
    const scene = setUp({ ...BALANCED, max: 3, maxPerEndpoint: 1, leasesPerConnection: 2 });
    const { clock, pool } = scene;
    const leases = [1, 2, 3, 4].map(() => pool.acquire());
    await clock.advance(10);
    const onA = (await Promise.all(leases)).filter(({ endpoint }) => endpoint.origin === 'a');
    expect(onA).toHaveLength(2);
    onA[0]?.release({ endpointFailed: true });
    await clock.advance(2000);
    expect([stateOfA(scene), dialsOf(scene, 'a')]).toEqual(['down', 1]);
    onA[1]?.release();
    await clock.advance(10);
    expect([stateOfA(scene), dialsOf(scene, 'a')]).toEqual(['trial', 2]);
  });

  it('gets one dial, and all that are wanted once that has come through, when there is no other endpoint', async () => {
    const { clock, factory, pool } = setUp({ max: 4, elideDials: false });
    factory.behaviour = 'refuse';
    watch(pool.acquire());
    await clock.advance(10);
    factory.behaviour = 'manual';
    await clock.advance(50);
    for (let i = 0; i < 2; i += 1) watch(pool.acquire());
    expect(pool.describe()).toBe('active 0 · idle 0 · pending 3 · opened 0 · dialing 1');
    factory.dials.at(-1)?.open();
    await clock.advance(0);
    expect(pool.describe()).toBe('active 1 · idle 0 · pending 2 · opened 1 · dialing 2');
    expect(pool.stats().endpoints[0]?.state).toBe('trial');
  });

  it('waits for those that failed longer ago', async () => {
    const scene = setUp({ origins: ['a', 'b', 'c'], max: 3, maxDialing: 1, cooldownMs: 1000, dialTimeoutMs: 10_000 });
    const { clock, factory, pool } = scene;
    const filled = pool.start('max');
    await clock.advance(100);
    await filled;
    const leases = [1, 2, 3].map(() => pool.tryAcquire());
    factory.behaviour = 'manual';
    for (const origin of ['b', 'a']) {
      leases.find(({ endpoint } = expect.unreachable()) => endpoint.origin === origin)?.release(FAILED);
      await clock.advance(300);
    }
    watch(pool.acquire());
    const busy = factory.dials.at(-1);
    expect(busy).toMatchObject({ origin: 'c', settled: false });
    await clock.advance(2000);
    busy?.open();
    await clock.advance(0);
    expect(factory.dials.at(-1)?.origin).toBe('b');
  });
});

describe('an endpoint whose answers are judged', () => {
  it('has what it answered before the window left out, good and bad', async () => {
    const scene = setUp({ ...BALANCED, balance: 'leastLoaded', ejection: { windowMs: 1000 } });
    const { clock, pool } = scene;
    await started(scene, 'max');
    let bad = 0;
    const use = (outcome: 'good' | 'bad'): void => {
      const leases = [pool.tryAcquire(), pool.tryAcquire()];
      for (const lease of leases) {
        const badly = outcome === 'bad' && lease?.endpoint.origin === 'a';
        if (badly) bad += 1;
        lease?.release(...(badly ? [{ badAnswer: true }] : []));
      }
    };
    use('bad');
    for (let i = 0; i < 100; i += 1) use('good');
    await clock.advance(1100);
    for (let i = 0; i < 30 && stateOfA(scene) === 'up'; i += 1) use('bad');
    expect(stateOfA(scene)).toBe('down');
    expect(bad).toBe(1 + 10);
  });
});

describe('a check', () => {
  it('that throws says nothing about the endpoint, and one without an answer does', async () => {
    for (const check of ['throw', 'hang'] as const) {
      const scene = setUp({ max: 1, checks: true, checkIdleAfterMs: 100, checkTimeoutMs: 50 });
      (await acquired(scene, scene.pool)).release();
      await scene.clock.advance(200);
      for (const connection of scene.factory.connections) connection.check = check;
      scene.factory.behaviour = 'hang';
      watch(scene.pool.acquire());
      await scene.clock.advance(50);
      expect(stateOfA(scene) === 'up').toBe(check === 'throw');
    }
  });
});

describe('a dial', () => {
  it('to an endpoint in service goes on when another goes down', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 4 });
    const { clock, factory, pool } = scene;
    factory.behaviour = 'manual';
    for (let i = 0; i < 4; i += 1) watch(pool.acquire());
    factory.dials.find(({ origin }) => origin === 'a')?.refuse();
    await clock.advance(0);
    const toB = factory.dials.filter(({ origin, settled }) => origin === 'b' && !settled);
    expect(toB.slice(0, 2).map(({ signal }) => signal.aborted)).toEqual([false, false]);
  });

  it('is not thought to hang for being slower than a very fast one', async () => {
    const scene = setUp({ max: 3, dialMs: 1 });
    const { clock, factory, pool } = scene;
    await acquired(scene, pool, 1);
    factory.behaviour = 'manual';
    watch(pool.acquire());
    await clock.advance(45);
    expect(factory.dials).toHaveLength(2);
    await clock.advance(10);
    expect(factory.dials).toHaveLength(3);
  });
});
