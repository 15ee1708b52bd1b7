import { describe, expect, it } from 'vitest';
import { acquired, setUp, watch } from './harness.js';

describe('a lease that lasts', () => {
  it('brings its endpoint through a trial with its first success, before it comes back', async () => {
    const { clock, factory, pool } = setUp({ max: 4, cooldownMs: 10_000, dialMs: 0, acquireTimeoutMs: 60_000 });
    factory.behaviour = 'refuse';
    const waiting = watch(pool.acquire());
    await clock.advance(50);
    factory.behaviour = 'open';
    await clock.advance(6000);
    expect(pool.stats().endpoints).toMatchObject([{ state: 'trial' }]);
    waiting.value?.confirm();
    expect(pool.stats().endpoints).toMatchObject([{ state: 'up', failures: 0 }]);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('confirms nothing once it was released, nor for a connection that is closed', async () => {
    const scene = setUp({ max: 1, dialMs: 0 });
    const { pool } = scene;
    const lease = await acquired(scene, pool, 0);
    lease.release({ broken: true, endpointFailed: true });
    lease.confirm();
    expect(pool.stats().endpoints).toMatchObject([{ state: 'down' }]);
    await pool.close();
  });

  it('keeps a connection that is retired until it is back, and none after that', async () => {
    const scene = setUp({ max: 2, dialMs: 0 });
    const { clock, pool } = scene;
    const lease = await acquired(scene, pool, 0);
    pool.retire(lease);
    expect(lease.connection.closedFor).toBeUndefined();
    const next = await acquired(scene, pool, 0);
    expect(next.connection).not.toBe(lease.connection);
    lease.release();
    expect(lease.connection.closedFor).toBe('lifetime');
    expect(() => pool.retire(lease)).toThrow(expect.objectContaining({ code: 'E_POOL_RELEASED' }) as Error);
    expect(() => setUp({}).pool.retire(next)).toThrow('of another pool of the same name');
    next.release();
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
