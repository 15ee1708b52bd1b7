import { describe, expect, it } from 'vitest';
import { acquired, codeOf, setUp, started, watch } from './harness.js';

describe('a pool of connections', () => {
  it('tells its course in one line at every step', async () => {
    const scene = setUp();
    const { clock, pool } = scene;
    const first = pool.acquire();
    const second = pool.acquire();
    const third = pool.acquire();
    expect(pool.describe()).toBe('active 0 · idle 0 · pending 3 · opened 0 · dialing 2');
    await clock.advance(10);
    expect(pool.describe()).toBe('active 2 · idle 0 · pending 1 · opened 2');
    (await first).release();
    expect(pool.describe()).toBe('active 2 · idle 0 · pending 0 · opened 2');
    (await second).release();
    (await third).release();
    expect(pool.describe()).toBe('active 0 · idle 2 · pending 0 · opened 2');
    await pool.close();
    expect(pool.describe()).toBe('active 0 · idle 0 · pending 0 · opened 2');
    expect(clock.pendingTimers).toBe(0);
  });

  it('is started with what is asked for: nothing, its minimum or its maximum', async () => {
    for (const [to, open] of [
      ['none', 0],
      ['min', 1],
      ['max', 3],
    ] as const) {
      const { clock, factory, pool } = setUp({ min: 1, max: 3 });
      const filled = pool.start(to);
      await clock.advance(to === 'none' ? 0 : 10);
      await filled;
      expect(factory.dials).toHaveLength(open);
    }
  });

  it('books one outcome for every acquire', async () => {
    const scene = setUp({ max: 1, maxPending: 2, acquireTimeoutMs: 50 });
    const { clock, pool } = scene;
    const lease = await acquired(scene, pool);
    const waited = pool.acquire();
    lease.release();
    (await waited).release();
    (await pool.acquire()).release();
    await pool.acquire();
    const controller = new AbortController();
    const aborted = watch(pool.acquire({ signal: controller.signal }));
    const timedOut = watch(pool.acquire());
    const refused = watch(pool.acquire());
    controller.abort(new Error('changed my mind'));
    await clock.advance(50);
    await pool.close();
    const closed = watch(pool.acquire());
    await clock.advance(0);
    expect([aborted, timedOut, refused, closed].map(codeOf)).toEqual([
      'E_POOL_ABORTED',
      'E_POOL_TIMEOUT',
      'E_POOL_QUEUE_FULL',
      'E_POOL_CLOSED',
    ]);
    expect(pool.stats().acquires).toEqual({
      direct: 2,
      waited: 1,
      dialed: 1,
      timeout: 1,
      aborted: 1,
      queueFull: 1,
      dialError: 0,
      closed: 1,
    });
  });

  it('takes a connection for new only for whom it was dialled', async () => {
    const scene = setUp({ max: 1 });
    const { clock, pool } = scene;
    const lease = await acquired(scene, pool);
    const next = watch(pool.acquire());
    lease.release({ badAnswer: true });
    await clock.advance(0);
    expect(next.value?.connectionId).toBe(1);
    expect(pool.stats().acquires).toMatchObject({ dialed: 1, waited: 1 });
  });

  it('counts the waiting for a dial in the acquire, and the set-up with its parts', async () => {
    const scene = setUp({ dialMs: 30 });
    const { pool } = scene;
    await acquired(scene, pool, 30);
    expect(pool.accounts.acquireMs.dialed.quantile(0.5)).toBeCloseTo(30, 0);
    await acquired(scene, pool, 30);
    expect(pool.stats().setupTotalMs).toBe(60);
    expect(pool.stats().setupPartsMs.tcpMs).toBe(60);
  });

  it('serves waiters in their order, and no newcomer overtakes them', async () => {
    const scene = setUp({ max: 1 });
    const { pool } = scene;
    const order: string[] = [];
    const borrow = async (name: string): Promise<void> => {
      const lease = await pool.acquire();
      order.push(name);
      lease.release();
    };
    const holder = await acquired(scene, pool);
    const borrowers = ['first', 'second'].map(borrow);
    holder.release();
    borrowers.push(borrow('newcomer'));
    await Promise.all(borrowers);
    expect(order).toEqual(['first', 'second', 'newcomer']);
  });

  it('lends the connection used last, so that the others grow old', async () => {
    const scene = setUp({ max: 3 });
    const { pool } = scene;
    await started(scene, 'max');
    const [one, two] = await Promise.all([pool.acquire(), pool.acquire()]);
    two.release();
    one.release();
    expect((await pool.acquire()).connectionId).toBe(one.connectionId);
  });

  it('says whether a connection was used before', async () => {
    const scene = setUp({ max: 1 });
    const { pool } = scene;
    const first = await acquired(scene, pool);
    expect(first.reused).toBe(false);
    first.release();
    expect((await pool.acquire()).reused).toBe(true);
    expect(pool.stats()).toMatchObject({ uses: 2, reuses: 1 });
  });

  it('gives a lease back at the end of its scope', async () => {
    const scene = setUp();
    const { pool } = scene;
    await started(scene, 'max');
    {
      using lease = await pool.acquire();
      expect(lease.connection.origin).toBe('a');
      expect(pool.describe()).toBe('active 1 · idle 1 · pending 0 · opened 2');
    }
    {
      await using lease = await pool.acquire();
      lease.release({ broken: true });
    }
    expect(pool.describe()).toBe('active 0 · idle 1 · pending 0 · opened 2');
  });

  it('puts a new lease on the least-loaded of its shared connections', async () => {
    const scene = setUp({ max: 2, leasesPerConnection: 2 });
    const { clock, pool } = scene;
    const [first, second] = [pool.acquire(), pool.acquire()];
    expect(pool.stats().gauges.dialing).toBe(1);
    await clock.advance(10);
    expect((await first).connectionId).toBe((await second).connectionId);
    const third = await acquired(scene, pool);
    (await first).release();
    (await second).release();
    const fourth = await pool.acquire();
    expect(fourth.connectionId).not.toBe(third.connectionId);
    expect(pool.stats().acquires).toMatchObject({ dialed: 3, direct: 1 });
  });
});
