import { describe, expect, it } from 'vitest';
import { FakeClock, seededRandom } from '../../src/base/index.js';
import { ConnectionPool } from '../../src/pool/index.js';
import { type FakeConnection, FakeConnector } from '../../src/pool/testing.js';

const HOUR_MS = 3_600_000;
const ORIGINS = ['a', 'b', 'c'];
const random = seededRandom(20_261);

/** A load that never stops, and every fault that the connector can play, for an hour of the pool's time. */
class Soak {
  readonly clock = new FakeClock();
  readonly factory = new FakeConnector(this.clock, { dialMs: 20, checks: true });
  readonly pool = new ConnectionPool<FakeConnection>({
    endpoints: ORIGINS.map((origin, index) => ({ origin, weight: index + 1 })),
    factory: this.factory,
    clock: this.clock,
    random: random.fork('pool'),
    min: 3,
    max: 12,
    maxDialing: 4,
    acquireTimeoutMs: 1000,
    dialTimeoutMs: 500,
    idleTimeoutMs: 20_000,
    maxLifetimeMs: 300_000,
    probeIdleEveryMs: 5000,
    checkTimeoutMs: 200,
    leakAfterMs: 30_000,
    maxPending: 50,
  });
  readonly failures = new Map<string, number>();
  started = 0;
  served = 0;
  #badOrigin: string | undefined;

  async use(): Promise<void> {
    const { clock, pool } = this;
    this.started += 1;
    const since = clock.now();
    try {
      const lease = await pool.acquire(random.next() < 0.1 ? { timeoutMs: random.integer(200) } : {});
      this.served += 1;
      expect(clock.now() - since).toBeLessThanOrEqual(1000);
      const lost = random.next() < 0.0005;
      clock.setTimeout(() => this.#end(lease), lost ? 40_000 : random.exponential(150));
    } catch (error) {
      const { code } = error as { code: string };
      this.failures.set(code, (this.failures.get(code) ?? 0) + 1);
    }
  }

  #end(lease: Awaited<ReturnType<typeof this.pool.acquire>>): void {
    const { origin } = lease.endpoint;
    const chance = random.next();
    if (chance < 0.01) lease.release({ broken: true });
    else if (chance < 0.012) lease.release({ broken: true, endpointFailed: true });
    else if (origin === this.#badOrigin) lease.release({ badAnswer: true });
    else lease.release();
  }

  /** One fault, on for a while. */
  disturb(): void {
    const { clock, factory } = this;
    const origin = ORIGINS[random.integer(ORIGINS.length)] ?? 'a';
    const open = factory.connections.filter(({ closedFor }) => closedFor === undefined);
    const faults = [
      () => factory.behaviours.set(origin, 'refuse'),
      () => factory.behaviours.set(origin, 'hang'),
      () => (this.#badOrigin = origin),
      () => open.filter((connection) => connection.origin === origin).forEach((connection) => connection.die()),
      () => open.forEach((connection) => (connection.check = random.next() < 0.5 ? 'hang' : 'throw')),
    ];
    faults[random.integer(faults.length)]?.();
    clock.setTimeout(() => {
      factory.behaviours.clear();
      this.#badOrigin = undefined;
      for (const connection of factory.connections) connection.check = 'good';
    }, random.integer(15_000));
  }

  verify(): void {
    const { gauges, opened, closed, idle, checking, acquires, endpoints } = this.pool.stats();
    const gone = Object.values(closed).reduce((sum, count) => sum + count, 0);
    expect(opened - gone).toBe(gauges.open);
    expect(this.factory.open).toBe(gauges.open);
    expect(idle + checking + gauges.used).toBe(gauges.open);
    expect(gauges.open + gauges.dialing).toBeLessThanOrEqual(12);
    expect(endpoints.reduce((sum, { leases }) => sum + leases, 0)).toBe(gauges.used);
    const settled = Object.values(acquires).reduce((sum, count) => sum + count, 0);
    expect(settled + gauges.pending).toBe(this.started);
    // Timers: one a connection in use or dial or check under way of this test and the pool, and the pool's own few.
    expect(this.clock.pendingTimers).toBeLessThan(60);
  }
}

describe('an hour under load and faults', () => {
  it('leaks no place, no waiter and no timer, and serves nearly everybody', async () => {
    const soak = new Soak();
    const { clock, pool } = soak;
    await Promise.all([pool.start(), clock.advance(50)]);
    let nextFaultMs = 0;
    while (clock.now() < HOUR_MS) {
      void soak.use();
      if (clock.now() >= nextFaultMs) {
        soak.disturb();
        soak.verify();
        nextFaultMs = clock.now() + 30_000;
      }
      await clock.advance(random.exponential(120));
    }
    await clock.advance(60_000);
    soak.verify();
    expect(soak.started).toBeGreaterThan(25_000);
    expect(soak.served / soak.started).toBeGreaterThan(0.99);
    expect(pool.stats().gauges).toMatchObject({ used: 0, pending: 0 });
    expect(pool.stats().endpoints.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
    expect(pool.stats().leaks.total).toBeGreaterThan(0);
    expect(pool.stats().leaks.out).toBe(0);
    await pool.close();
    await clock.advance(1000);
    expect(clock.pendingTimers).toBe(0);
    expect(soak.factory.open).toBe(0);
  });
});
