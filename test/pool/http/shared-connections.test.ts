import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, seededRandom } from '../../../src/base/index.js';
import { ConnectionPool, type ConnectionPoolOptions, type Lease } from '../../../src/pool/index.js';
import { type FakeConnection, FakeConnector } from '../../../src/pool/testing.js';
import { watch } from '../harness.js';

/** A pool whose connections carry as many leases as `carries` says at the moment. */
describe('connections that say themselves how many leases they carry', () => {
  let clock: FakeClock;
  let factory: FakeConnector;
  let carries: number;

  beforeEach(() => {
    clock = new FakeClock();
    factory = new FakeConnector(clock, { dialMs: 10 });
    carries = 3;
  });

  function poolOf(options: Partial<ConnectionPoolOptions<FakeConnection>> = {}): ConnectionPool<FakeConnection> {
    const capacity = (): number => carries;
    return new ConnectionPool({
      endpoints: [{ origin: 'a' }],
      factory: Object.assign(factory, { capacity }),
      max: 4,
      leasesPerConnection: 10,
      elideDials: false,
      clock,
      random: seededRandom(1),
      ...options,
    });
  }

  async function leases(pool: ConnectionPool<FakeConnection>, count: number): Promise<Lease<FakeConnection>[]> {
    const waiting = Array.from({ length: count }, () => pool.acquire());
    await clock.advance(100);
    return Promise.all(waiting);
  }

  it('are lent no more often than they say, and others are dialled', async () => {
    const pool = poolOf();
    const out = await leases(pool, 12);
    expect(factory.open).toBe(4);
    for (const connection of factory.connections) {
      expect(out.filter((lease) => lease.connection === connection)).toHaveLength(3);
    }
    const more = watch(pool.acquire());
    await clock.advance(100);
    expect(more.done).toBe(false);
    out[0]?.release();
    await clock.advance(0);
    expect(more.value?.connection).toBe(out[0]?.connection);
    await pool.close();
  });

  it('are dialled at the same time once one has said that it carries a single lease', async () => {
    carries = 1;
    const pool = poolOf();
    await leases(pool, 4);
    const startedAt = factory.dials.map(({ atMs }) => atMs - (factory.dials[0]?.atMs ?? 0));
    // The first is expected to carry all waiters; as soon as it turns out not to, the others follow together.
    expect(startedAt).toEqual([0, 10, 10, 10]);
    await pool.close();
  });

  it('may change their minds: lower is obeyed as leases come back, higher as well', async () => {
    const pool = poolOf({ max: 1, acquireTimeoutMs: 50 });
    const out = await leases(pool, 3);
    carries = 1;
    out.pop()?.release();
    out.pop()?.release();
    const held = watch(pool.acquire());
    await clock.advance(60);
    expect(held.error).toHaveProperty('code', 'E_POOL_TIMEOUT');
    carries = 2;
    const first = watch(pool.acquire());
    out.pop()?.release();
    const second = watch(pool.acquire());
    const third = watch(pool.acquire());
    await clock.advance(1);
    expect([first.done, second.done, third.done]).toEqual([true, true, false]);
    await pool.close();
  });

  it('that are retired finish their leases, take no more, and close', async () => {
    const pool = poolOf({ max: 2 });
    const [one, two] = await leases(pool, 2);
    expect(two?.connection).toBe(one?.connection);
    one?.release({ retire: true });
    await clock.advance(0);
    expect(one?.connection.closedFor).toBeUndefined();
    const [three] = await leases(pool, 1);
    expect(three?.connection).not.toBe(one?.connection);
    two?.release();
    await clock.advance(0);
    expect(one?.connection.closedFor).toBe('broken');
    expect(pool.stats()).toMatchObject({ closed: { broken: 1 }, endpoints: [{ state: 'up', failures: 0 }] });
    await pool.close();
  });
});
