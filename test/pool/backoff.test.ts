import { describe, expect, it } from 'vitest';
import { codeOf, type Scene, setUp, started, watch } from './harness.js';

/** Moves the clock on until one more dial was started; how long that took. */
async function nextDialMs({ clock, factory }: Scene): Promise<number> {
  const { length } = factory.dials;
  const startMs = clock.now();
  while (factory.dials.length === length) await clock.advance(1);
  return (factory.dials.at(-1)?.atMs ?? 0) - startMs;
}

/** The longest of the pauses after failed dials, one after another. */
async function longestPause(scene: Scene, dials: number): Promise<number> {
  let longestMs = 0;
  for (let i = 0; i < dials; i += 1) longestMs = Math.max(longestMs, await nextDialMs(scene));
  return longestMs;
}

const backoff = { dialMs: 0, max: 8, acquireTimeoutMs: 1e6, dialBackoff: { firstMs: 10, maxMs: 1000 } };

describe('the pause after a failed dial', () => {
  it('is short again after a use has succeeded', async () => {
    const scene = setUp(backoff);
    scene.factory.behaviour = 'refuse';
    const first = watch(scene.pool.acquire());
    expect(await longestPause(scene, 12)).toBeGreaterThan(200);
    scene.factory.behaviour = 'open';
    await nextDialMs(scene);
    await scene.clock.advance(0);
    first.value?.release();
    scene.factory.behaviour = 'refuse';
    first.value = await scene.pool.acquire();
    watch(scene.pool.acquire());
    expect(await nextDialMs(scene)).toBeLessThanOrEqual(10);
  });

  it('is short again after a time without failures', async () => {
    const scene = setUp(backoff);
    const { clock, factory, pool } = scene;
    factory.behaviour = 'refuse';
    const first = watch(pool.acquire());
    await longestPause(scene, 12);
    factory.behaviour = 'open';
    await nextDialMs(scene);
    await clock.advance(10_000);
    expect(first.value).toBeDefined();
    factory.behaviour = 'refuse';
    watch(pool.acquire());
    expect(await nextDialMs(scene)).toBeLessThanOrEqual(10);
  });

  it('does not grow by each of the dials that fail together', async () => {
    const scene = setUp({ ...backoff, dialMs: 5, failureThreshold: 100 });
    scene.factory.behaviour = 'refuse';
    for (let i = 0; i < 8; i += 1) watch(scene.pool.acquire());
    expect(scene.factory.dials).toHaveLength(8);
    await scene.clock.advance(5);
    expect(await nextDialMs(scene)).toBeLessThanOrEqual(10);
  });

  it('does not come after a connection that the pool closed itself, when it tells of its end later', async () => {
    const scene = setUp({ max: 1, idleTimeoutMs: 1000, dialBackoff: { firstMs: 5000 } });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    await clock.advance(1000);
    expect(factory.connections[0]?.closedFor).toBe('idle');
    factory.connections[0]?.die();
    watch(pool.acquire());
    expect(factory.dials).toHaveLength(2);
  });

  it('is over when another dial succeeds', async () => {
    const { clock, factory, pool } = setUp({ max: 4, failureThreshold: 9, dialBackoff: { firstMs: 5000 } });
    factory.behaviour = 'manual';
    for (let i = 0; i < 3; i += 1) watch(pool.acquire());
    factory.dials[0]?.refuse();
    await clock.advance(1);
    expect(factory.dials).toHaveLength(3);
    factory.dials[1]?.open();
    await clock.advance(0);
    expect(factory.dials).toHaveLength(4);
  });
});

describe('failures in a row', () => {
  it('are ended by a dial that succeeds', async () => {
    const scene = setUp({ max: 3, failureThreshold: 2 });
    const { clock, factory, pool } = scene;
    for (const behaviour of ['refuse', 'open', 'refuse'] as const) {
      factory.behaviour = behaviour;
      watch(pool.acquire({ timeoutMs: 10 }));
      await clock.advance(10);
      await clock.advance(30);
    }
    expect(factory.dials.length).toBeGreaterThan(2);
    expect(pool.stats().endpoints[0]?.state).toBe('up');
  });
});

describe('an acquire that runs out of time', () => {
  it('does not blame dials that failed before it came, with the endpoint in service', async () => {
    const { clock, factory, pool } = setUp({ max: 1, failureThreshold: 2 });
    factory.behaviour = 'manual';
    watch(pool.acquire({ timeoutMs: 15 }));
    factory.dials[0]?.refuse();
    await clock.advance(16);
    const late = watch(pool.acquire({ timeoutMs: 50 }));
    await clock.advance(50);
    expect(codeOf(late)).toBe('E_POOL_TIMEOUT');
  });

  it('does not blame dials that failed before others succeeded', async () => {
    const scene = setUp({ max: 1, failureThreshold: 5, acquireTimeoutMs: 100 });
    scene.factory.behaviour = 'refuse';
    const [first, second] = [watch(scene.pool.acquire()), watch(scene.pool.acquire())];
    await scene.clock.advance(10);
    scene.factory.behaviour = 'open';
    await scene.clock.advance(100);
    expect(first.value).toBeDefined();
    expect(second.error).toMatchObject({ code: 'E_POOL_TIMEOUT' });
  });
});
