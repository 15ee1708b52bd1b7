import { describe, expect, it } from 'vitest';
import { acquired, setUp, started, watch } from './harness.js';

describe('the endpoint that has everything', () => {
  it('gives up one connection for a trial of another, however much goes on meanwhile', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 10, cooldownMs: 1000 });
    const { clock, factory, pool } = scene;
    factory.behaviours.set('a', 'refuse');
    await started(scene, 'max');
    await clock.advance(100);
    await pool.start('max').catch(() => {});
    factory.behaviours.set('a', 'open');
    const leases = Array.from({ length: 10 }, () => pool.tryAcquire());
    await clock.advance(1000);
    for (let i = 0; i < 5; i += 1) {
      watch(pool.acquire({ timeoutMs: 5 }));
      await clock.advance(10);
    }
    leases[0]?.release();
    leases[1]?.release({ badAnswer: true });
    for (const lease of leases.slice(2)) lease?.release();
    await clock.advance(10);
    expect(pool.stats().endpoints).toMatchObject([{ open: 1 }, { open: 9 }]);
    expect(pool.stats().closed).toEqual({ idle: 1 });
  });

  it('gives up a busy one rather than one that is being checked for somebody', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 2, cooldownMs: 1000, checks: true, checkIdleAfterMs: 100 });
    const { clock, factory, pool } = scene;
    factory.behaviours.set('a', 'refuse');
    const leases = [watch(pool.acquire()), watch(pool.acquire())];
    await clock.advance(100);
    leases[0]?.value?.release();
    const idle = leases[0]?.value?.connectionId;
    factory.behaviours.set('a', 'manual');
    await clock.advance(900);
    factory.checkMs = 50;
    const waiter = watch(pool.acquire());
    await clock.advance(20);
    expect(pool.describe()).toBe('active 1 · idle 0 · pending 1 · opened 2 · checking 1');
    await clock.advance(30);
    expect(waiter.value?.connectionId).toBe(idle);
    leases[1]?.value?.release();
    expect(factory.dials.at(-1)?.origin).toBe('a');
  });

  it('gives up the one that was idle for longest', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 2, cooldownMs: 1000, idleTimeoutMs: 60_000 });
    const { clock, factory, pool } = scene;
    factory.behaviours.set('a', 'refuse');
    const leases = [watch(pool.acquire()), watch(pool.acquire())];
    await clock.advance(100);
    leases[1]?.value?.release();
    await clock.advance(100);
    leases[0]?.value?.release();
    await clock.advance(1000);
    expect(leases.map(({ value }) => value?.connection.closedFor)).toEqual([undefined, 'idle']);
  });

  it('gives up none while a trial could not be dialled anyway', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 3, maxDialing: 1, cooldownMs: 1000, idleTimeoutMs: 60_000 });
    const { clock, factory, pool } = scene;
    factory.behaviours.set('a', 'refuse');
    const leases = [watch(pool.acquire()), watch(pool.acquire())];
    await clock.advance(100);
    factory.behaviour = 'manual';
    watch(pool.acquire());
    for (const { value } of leases) value?.release({ badAnswer: true });
    await clock.advance(3000);
    expect(pool.describe()).toBe('active 1 · idle 1 · pending 0 · opened 2 · dialing 1');
    expect(pool.stats().closed).toEqual({});
  });

  it('does not give up its last one', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 1, cooldownMs: 1000, idleTimeoutMs: 60_000 });
    scene.factory.behaviours.set('a', 'refuse');
    (await acquired(scene, scene.pool, 20)).release();
    await scene.clock.advance(10_000);
    expect(scene.pool.stats()).toMatchObject({ closed: {}, idle: 1, endpoints: [{ open: 0 }, { open: 1 }] });
  });
});
