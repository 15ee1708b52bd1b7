import { describe, expect, it } from 'vitest';
import { acquired, setUp, started, watch } from '../harness.js';

describe('a pool that closes what it does not need', () => {
  it('never closes idle connections below its minimum, so nothing churns', async () => {
    const scene = setUp({ min: 3, max: 5, idleTimeoutMs: 1000 });
    await started(scene, 'max');
    await scene.clock.advance(60_000);
    expect(scene.pool.stats()).toMatchObject({ opened: 5, closed: { idle: 2 }, idle: 3 });
  });

  it('lets the connections age that the load does not need', async () => {
    const scene = setUp({ max: 4, idleTimeoutMs: 1000 });
    const { clock, pool } = scene;
    await started(scene, 'max');
    for (let i = 0; i < 30; i += 1) {
      const lease = await pool.acquire();
      await clock.advance(50);
      lease.release();
    }
    expect(pool.stats()).toMatchObject({ idle: 1, closed: { idle: 3 } });
  });

  it('replaces a connection at the end of its life, a busy one when it comes back', async () => {
    const scene = setUp({ min: 2, max: 2, maxLifetimeMs: 1000 });
    const { clock, pool } = scene;
    await started(scene, 'min');
    const busy = await pool.acquire();
    await clock.advance(1100);
    expect(pool.stats()).toMatchObject({ closed: { lifetime: 1 }, opened: 3, gauges: { open: 2, used: 1 } });
    busy.release();
    await clock.advance(20);
    expect(pool.stats()).toMatchObject({ closed: { lifetime: 2 }, opened: 4, idle: 2 });
  });

  it('does not count a connection at the end of its life against the limit of the next acquire', async () => {
    const scene = setUp({ max: 1, maxLifetimeMs: 1000 });
    (await acquired(scene, scene.pool)).release();
    await scene.clock.advance(1001);
    const next = watch(scene.pool.acquire());
    await scene.clock.advance(10);
    expect(next.value?.connectionId).toBe(2);
  });

  it('drops a connection that its peer closed, and dials anew', async () => {
    const scene = setUp({ max: 1 });
    (await acquired(scene, scene.pool)).release();
    scene.factory.connections[0]?.die();
    expect(scene.pool.describe()).toBe('active 0 · idle 0 · pending 0 · opened 1');
    expect((await acquired(scene, scene.pool)).connectionId).toBe(2);
  });
});
