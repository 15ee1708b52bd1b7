import { describe, expect, it } from 'vitest';
import { FakeClock, systemClock } from '../../../src/base/index.js';
import { FakeConnector } from '../../../src/pool/testing.js';
import { setUp, watch } from '../harness.js';

describe('checks on borrow', () => {
  it('are one for each waiter, however much longer one of them takes than another', async () => {
    const base = new FakeClock();
    // Time passes between any two looks at it, as on a real clock.
    let looks = 0;
    const clock = {
      now: () => base.now() + (looks += 1) * 1e-6,
      setTimeout: base.setTimeout.bind(base),
      clearTimeout: base.clearTimeout.bind(base),
    };
    const { factory, pool } = setUp({ clock, dialMs: 0, checks: true, checkIdleAfterMs: 0, checkTimeoutMs: 50 });
    await pool.start('max');
    let checks = 0;
    Object.assign(factory, {
      check: async ({ id }: { id: number }) => {
        checks += 1;
        if (checks > 100) throw new Error('it goes round and round');
        if (id === 1) return true;
        await new Promise<void>((resolve) => {
          base.setTimeout(resolve, 5);
        });
        return true;
      },
    });
    await base.advance(20);
    const both = [watch(pool.acquire()), watch(pool.acquire())];
    await base.advance(10);
    expect(both.every(({ value }) => value)).toBe(true);
    expect(checks).toBe(2);
  });

  it('that hang are not waited for one after another: a dial is started beside the first', async () => {
    const { clock, factory, pool } = setUp({ max: 10, checks: true, failureThreshold: 5 });
    const leases = Array.from({ length: 4 }, () => watch(pool.acquire()));
    await clock.advance(30);
    for (const { value } of leases) value?.release();
    for (const connection of factory.connections) connection.check = 'hang';
    await clock.advance(1000);
    const waiter = watch(pool.acquire());
    await clock.advance(100);
    expect(waiter.value?.connectionId).toBe(5);
  });

  it('have no limit when that is infinite', async () => {
    const factory = new FakeConnector(systemClock, { checks: true });
    factory.checkMs = 10;
    const { pool } = setUp({
      clock: systemClock,
      factory,
      checkTimeoutMs: Number.POSITIVE_INFINITY,
      checkIdleAfterMs: 1,
    });
    (await pool.acquire()).release();
    // On a busy machine the first hand-over may have come so late that it took a check as well.
    const { passed } = pool.stats().checks;
    await new Promise<void>((resolve) => {
      systemClock.setTimeout(resolve, 10);
    });
    expect((await pool.acquire()).connectionId).toBe(1);
    expect(pool.stats().checks).toEqual({ passed: passed + 1, failed: 0 });
    await pool.close();
  });
});

describe('a trial', () => {
  it('is not passed by a connection that is there and gives no answer', async () => {
    const { clock, factory, pool } = setUp({ origins: ['a', 'b'], max: 8, dialMs: 1, cooldownMs: 1000 });
    const news: string[] = [];
    pool.on((event) => {
      if (event.kind.startsWith('endpoint')) news.push(event.kind);
    });
    let lost = 0;
    const user = async (): Promise<void> => {
      for (;;) {
        const lease = await pool.acquire();
        const silent = lease.endpoint.origin === 'a';
        await new Promise<void>((resolve) => {
          clock.setTimeout(resolve, silent ? 10_000 : 20);
        });
        if (silent) lost += 1;
        lease.release(silent ? { broken: true, endpointFailed: true } : undefined);
      }
    };
    for (let i = 0; i < 8; i += 1) void user();
    await clock.advance(120_000);
    expect(factory.connections.length).toBeGreaterThan(8);
    // One use for each trial, and one trial for each use and pause.
    expect(lost).toBeLessThan(4 + 120 / 11);
    expect(news).not.toContain('endpointUp');
    expect(news).toContain('endpointTrial');
  });

  it('is passed by the next use, whatever other connections there are to take', async () => {
    const scene = setUp({ origins: ['a', 'b'], max: 6, cooldownMs: 1000 });
    const { clock, factory, pool } = scene;
    factory.behaviours.set('a', 'refuse');
    const [one, two] = [watch(pool.acquire()), watch(pool.acquire())];
    await clock.advance(50);
    factory.behaviours.clear();
    await clock.advance(1000);
    one.value?.release();
    two.value?.release();
    const probe = pool.tryAcquire();
    expect(probe?.endpoint.origin).toBe('a');
    probe?.release();
    expect(pool.stats().endpoints[0]?.state).toBe('up');
  });
});
