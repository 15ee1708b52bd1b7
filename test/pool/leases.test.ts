import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/index.js';
import { ConnectionPool, type PoolEvent } from '../../src/pool/index.js';
import { type FakeConnection, FakeConnector } from '../../src/pool/testing.js';
import { acquired, setUp, started } from './harness.js';

type Leak = Extract<PoolEvent, { kind: 'leaked' | 'leakEnded' }>;

describe('a lease taken at once', () => {
  it('is of an idle connection, and counts as an acquire that was served directly', async () => {
    const scene = setUp({ max: 1 });
    const { pool } = scene;
    await started(scene, 'max');
    const lease = pool.tryAcquire();
    expect(lease?.connectionId).toBe(1);
    lease?.release();
    expect(pool.stats()).toMatchObject({ uses: 1, acquires: { direct: 1 }, tryMisses: 0 });
  });

  it('is refused without a dial, without a place in the queue and without being an acquire', async () => {
    const scene = setUp({ max: 2 });
    const { factory, pool } = scene;
    expect(pool.tryAcquire()).toBeUndefined();
    expect(factory.dials).toHaveLength(0);
    await acquired(scene, pool);
    await acquired(scene, pool);
    expect(pool.tryAcquire()).toBeUndefined();
    await pool.close();
    expect(pool.tryAcquire()).toBeUndefined();
    expect(pool.stats()).toMatchObject({ tryMisses: 3, acquires: { dialed: 2, closed: 0 }, gauges: { pending: 0 } });
  });

  it('does not overtake those who wait, nor is it of a connection that has to be checked first', async () => {
    const scene = setUp({ max: 1, checks: true, checkIdleAfterMs: 100 });
    const { clock, pool } = scene;
    const held = await acquired(scene, pool);
    const waiting = pool.acquire();
    held.release();
    expect(pool.tryAcquire()).toBeUndefined();
    (await waiting).release();
    await clock.advance(101);
    expect(pool.tryAcquire()).toBeUndefined();
    expect(pool.stats().idle).toBe(1);
  });
});

describe('a lease given back to a pool', () => {
  it('is refused by any other than its own, by name, and stays out', async () => {
    const [one, two] = [setUp({ name: 'one' }), setUp({ name: 'two' })];
    const lease = await acquired(one, one.pool);
    expect(() => two.pool.release(lease)).toThrow(/lease 1 of connection 1 is of pool "one", not of "two"/);
    expect(one.pool.stats().gauges.used).toBe(1);
    one.pool.release(lease);
    expect(one.pool.stats().gauges.used).toBe(0);
    expect(() => one.pool.release(lease)).toThrow(/lease 1 of connection 1 was released before/);
  });

  it('is refused when it was kept from an earlier use of the same connection', async () => {
    const scene = setUp({ max: 1 });
    const { pool } = scene;
    const stale = await acquired(scene, pool);
    stale.release();
    const current = await pool.acquire();
    expect(current.connectionId).toBe(stale.connectionId);
    expect(() => stale.release({ broken: true })).toThrow(/lease 1/);
    expect(pool.describe()).toBe('active 1 · idle 0 · pending 0 · opened 1');
  });

  it('is refused when it is no lease of any pool', async () => {
    const scene = setUp();
    const lease = await acquired(scene, scene.pool);
    const forged = { ...lease, id: 7, connectionId: 3 } as typeof lease;
    expect(() => scene.pool.release(forged)).toThrow(/lease 7 of connection 3 is of no pool/);
  });

  it('lets go of its connection when that is asked for, which speaks against nobody', async () => {
    const scene = setUp({ max: 1, leasesPerConnection: 2 });
    const { factory, pool } = scene;
    const [first, second] = [await acquired(scene, pool), await acquired(scene, pool)];
    first.release({ retire: true });
    expect(pool.tryAcquire()).toBeUndefined();
    expect(factory.connections[0]?.closedFor).toBeUndefined();
    second.release();
    expect(factory.connections[0]?.closedFor).toBe('broken');
    expect(pool.stats().endpoints[0]).toMatchObject({ state: 'up', failures: 0 });
  });
});

describe('a lease held too long', () => {
  it('is reported once, and again when it comes back', async () => {
    const scene = setUp({ max: 2, leakAfterMs: 1000 });
    const { clock, pool } = scene;
    const events: Leak[] = [];
    pool.on((event) => {
      if (event.kind === 'leaked' || event.kind === 'leakEnded') events.push(event);
    });
    const lost = await acquired(scene, pool);
    const quick = await acquired(scene, pool);
    await clock.advance(500);
    quick.release();
    await clock.advance(489);
    expect(events).toEqual([]);
    await clock.advance(5000);
    expect(events).toMatchObject([{ kind: 'leaked', leaseId: lost.id, connectionId: 1, heldMs: 1000, atMs: 1010 }]);
    expect(pool.stats().leaks).toEqual({ total: 1, out: 1 });
    lost.release();
    expect(events[1]).toMatchObject({ kind: 'leakEnded', leaseId: lost.id, heldMs: 5489 + 510 });
    expect(pool.stats().leaks).toEqual({ total: 1, out: 0 });
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('says where it was acquired, waiting or not, when stacks are kept', async () => {
    const scene = setUp({ max: 1, leakAfterMs: 100, leakStackShare: 1 });
    const { clock, pool } = scene;
    const stacks: (string | undefined)[] = [];
    pool.on((event) => {
      if (event.kind === 'leaked') stacks.push(event.stack);
    });
    async function forgetfulCaller() {
      return pool.acquire();
    }
    const [waited] = await Promise.all([forgetfulCaller(), clock.advance(10)]);
    await clock.advance(100);
    waited.release();
    await forgetfulCaller();
    await clock.advance(100);
    expect(stacks).toHaveLength(2);
    for (const stack of stacks) expect(stack?.split('\n')[0]).toMatch(/forgetfulCaller .*leases\.test/);
  });

  it('has its stack kept for the share of acquires asked for', async () => {
    const scene = setUp({ max: 400, dialMs: 0, leakAfterMs: 100, leakStackShare: 0.25 });
    const { clock, pool } = scene;
    let withStack = 0;
    pool.on((event) => {
      if (event.kind === 'leaked' && event.stack !== undefined) withStack += 1;
    });
    await started(scene, 'max');
    for (let i = 0; i < 400; i += 1) pool.tryAcquire();
    await clock.advance(100);
    expect(pool.stats().leaks.out).toBe(400);
    expect(withStack).toBeGreaterThan(60);
    expect(withStack).toBeLessThan(140);
  });
});

describe('what a pool publishes', () => {
  it('reaches the diagnostics channel of its kind, with the name of the pool', async () => {
    const news: unknown[] = [];
    const hear = (message: unknown): void => {
      news.push(message);
    };
    subscribe('mp-bench:pool:opened', hear);
    const scene = setUp({ name: 'orders' });
    await acquired(scene, scene.pool);
    unsubscribe('mp-bench:pool:opened', hear);
    await acquired(scene, scene.pool);
    expect(news).toMatchObject([{ pool: 'orders', event: { kind: 'opened', connectionId: 1, atMs: 10 } }]);
  });
});

describe('the time that a pool goes by', () => {
  it('is monotonic: a wall clock that jumps changes neither ages nor counts', async () => {
    const jumps = vi.spyOn(Date, 'now').mockReturnValueOnce(0).mockReturnValue(4e12);
    const factory = new FakeConnector(systemClock);
    const pool = new ConnectionPool<FakeConnection>({ endpoints: [{ origin: 'a' }], max: 1, factory });
    (await pool.acquire()).release();
    (await pool.acquire()).release();
    jumps.mockReturnValue(-4e12);
    (await pool.acquire()).release();
    const { integralsMs, opened, gauges } = pool.stats();
    expect({ opened, open: gauges.open }).toEqual({ opened: 1, open: 1 });
    expect(integralsMs.used).toBeLessThan(60_000);
    expect(pool.accounts.useMs.quantile(1)).toBeLessThan(60_000);
    await pool.close();
  });
});
