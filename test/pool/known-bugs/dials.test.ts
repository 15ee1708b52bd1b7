import { describe, expect, it } from 'vitest';
import { codeOf, setUp, started, watch } from '../harness.js';

describe('a pool whose dials fail', () => {
  it('pauses between failing dials, and still keeps the deadline of the acquire', async () => {
    const { clock, factory, pool } = setUp({ dialMs: 0, acquireTimeoutMs: 50 });
    factory.behaviour = 'refuse';
    const acquire = watch(pool.acquire());
    await clock.advance(50);
    expect(codeOf(acquire)).toBe('E_POOL_DIAL');
    expect(acquire.error).toHaveProperty('cause.message', 'connect ECONNREFUSED a');
    expect(factory.dials.length).toBeLessThan(8);
    expect(pool.stats().acquires).toMatchObject({ dialError: 1, timeout: 0 });
  });

  it('pauses for longer each time, up to a limit', async () => {
    const { clock, factory, pool } = setUp({ min: 1, max: 1, dialMs: 0, dialBackoff: { firstMs: 10, maxMs: 80 } });
    factory.behaviour = 'refuse';
    const filled = watch(pool.start());
    await clock.advance(2000);
    expect(codeOf(filled)).toBe('E_POOL_DIAL');
    const gaps = factory.dials.slice(1).map(({ atMs }, index) => atMs - (factory.dials[index]?.atMs ?? 0));
    for (const [index, gap] of gaps.entries()) {
      expect(gap).toBeGreaterThanOrEqual(1);
      expect(gap).toBeLessThanOrEqual(Math.min(80, 10 * 2 ** index));
    }
    // Full jitter: anywhere below the ceiling, so half of it on average.
    const settled = gaps.slice(3);
    expect(settled.reduce((sum, gap) => sum + gap, 0) / settled.length).toBeGreaterThan(30);
    expect(settled.reduce((sum, gap) => sum + gap, 0) / settled.length).toBeLessThan(50);
    expect(Math.min(...settled)).toBeLessThan(20);
    expect(gaps.length).toBeGreaterThan(20);
  });

  it('loses one place for the dial timeout to a dial that never settles, and no longer', async () => {
    const scene = setUp({ max: 1, dialTimeoutMs: 100, acquireTimeoutMs: 1000 });
    scene.factory.behaviour = 'hang';
    const acquire = watch(scene.pool.acquire());
    await scene.clock.advance(99);
    expect(scene.factory.dials).toHaveLength(1);
    scene.factory.behaviour = 'open';
    await scene.clock.advance(30);
    expect(acquire.value?.connectionId).toBe(2);
    expect(scene.pool.describe()).toBe('active 1 · idle 0 · pending 0 · opened 1');
  });

  it('fills up beside a dial that is stuck', async () => {
    const { clock, factory, pool } = setUp({ min: 3, max: 3, failureThreshold: 2 });
    factory.behaviour = 'manual';
    const filled = watch(pool.start());
    factory.dials[1]?.open();
    factory.dials[2]?.open();
    await clock.advance(0);
    expect(pool.describe()).toBe('active 0 · idle 2 · pending 0 · opened 2 · dialing 1');
    expect(filled.done).toBe(false);
    factory.behaviour = 'open';
    await clock.advance(5100);
    expect(filled).toEqual({ done: true, value: undefined });
    expect(pool.stats().gauges.open).toBe(3);
  });

  it('closes a connection that arrives after its dial was given up', async () => {
    const { clock, factory, pool } = setUp({ max: 1, dialTimeoutMs: 100, acquireTimeoutMs: 100 });
    factory.behaviour = 'manual';
    const acquire = watch(pool.acquire());
    await clock.advance(100);
    factory.dials[0]?.open();
    await clock.advance(0);
    expect(codeOf(acquire)).toBe('E_POOL_DIAL');
    expect(factory.connections[0]?.closedFor).toBe('shutdown');
    expect(pool.stats()).toMatchObject({ opened: 0, dialFailures: 1 });
  });

  it('does not redial without a pause what is accepted and dropped at once', async () => {
    const { clock, factory, pool } = setUp({ min: 1, max: 1, dialMs: 0 });
    pool.on((event) => {
      if (event.kind === 'opened') event.connection.die();
    });
    const filled = watch(pool.start());
    await clock.advance(1000);
    expect(filled.done).toBe(true);
    expect(factory.dials.length).toBeLessThan(15);
  });

  it('goes on filling to its minimum after the first fill failed', async () => {
    const { clock, factory, pool } = setUp({ min: 2, max: 2, dialMs: 0, cooldownMs: 100 });
    factory.behaviour = 'refuse';
    const filled = watch(pool.start());
    await clock.advance(500);
    expect(codeOf(filled)).toBe('E_POOL_DIAL');
    factory.behaviour = 'open';
    await clock.advance(5000);
    expect(pool.describe()).toBe('active 0 · idle 2 · pending 0 · opened 2');
  });

  it('starts although some dials fail, as long as one succeeds', async () => {
    const scene = setUp({ origins: ['a', 'b'], min: 2, max: 4 });
    scene.factory.behaviours.set('a', 'refuse');
    await started(scene, 'min');
    await scene.clock.advance(10);
    expect(scene.factory.connections.map(({ origin }) => origin)).toEqual(['b', 'b']);
  });
});
