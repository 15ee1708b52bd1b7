import { describe, expect, it } from 'vitest';
import { FakeClock, seededRandom } from '../../src/base/index.js';
import { ConnectionPool, type Lease, PoolError, type PoolEvent } from '../../src/pool/index.js';
import { type FakeConnection, FakeConnector } from '../../src/pool/testing.js';
import { hold } from './hold.js';
import { SeenOutcomes } from './seen-outcomes.js';

const HOUR_MS = 3_600_000;
const ORIGINS = ['a', 'b', 'c'];
const MAX = 12;
const ACQUIRE_MS = 1000;
const DIAL_MS = 20;
// One for each lease, fault and abort that the load has under way, one a dial and a check of the pool, and its own few.
const MOST_TIMERS = 60;

/** A load that never stops, and every fault that the connector can play, for an hour of the pool's time. */
class Soak {
  readonly clock = new FakeClock();
  readonly factory = new FakeConnector(this.clock, { dialMs: DIAL_MS, checks: true });
  readonly random = seededRandom(20_261);
  readonly pool = new ConnectionPool<FakeConnection>({
    endpoints: ORIGINS.map((origin, index) => ({ origin, weight: index + 1 })),
    factory: this.factory,
    clock: this.clock,
    random: this.random.fork('pool'),
    min: 3,
    max: MAX,
    maxDialing: 4,
    acquireTimeoutMs: ACQUIRE_MS,
    dialTimeoutMs: 500,
    idleTimeoutMs: 20_000,
    maxLifetimeMs: 30_000,
    probeIdleEveryMs: 5000,
    checkTimeoutMs: 200,
    leakAfterMs: 30_000,
    maxPending: 50,
  });
  /** Acquires begun and ended, and the faults that the pool told of, by kind. */
  started = 0;
  ended = 0;
  served = 0;
  readonly felt = new Map<string, number>();
  readonly #seen = new SeenOutcomes();
  #longestMs = 0;
  #badOrigin: string | undefined;

  constructor() {
    this.pool.on((event) => this.#heard(event));
  }

  async use(): Promise<void> {
    const { clock, pool, random } = this;
    this.started += 1;
    const since = clock.now();
    const controller = new AbortController();
    const impatience = random.next();
    if (impatience < 0.02) clock.setTimeout(() => controller.abort(), random.integer(30));
    try {
      const brief = impatience > 0.9 ? { timeoutMs: random.integer(200) } : {};
      const lease = await pool.acquire({ signal: controller.signal, ...brief });
      this.#seen.served(lease);
      this.served += 1;
      const lost = random.next() < 0.0005;
      clock.setTimeout(() => this.#end(lease), lost ? 40_000 : random.exponential(150));
    } catch (error) {
      if (!(error instanceof PoolError)) throw error;
      this.#seen.failed(error);
      this.#felt(error.code);
    }
    this.ended += 1;
    this.#longestMs = Math.max(this.#longestMs, clock.now() - since);
  }

  /** One fault, on for a while. */
  disturb(): void {
    const { clock, factory, random } = this;
    const origin = ORIGINS[random.integer(ORIGINS.length)] ?? 'a';
    const open = factory.connections.filter(({ closedFor }) => closedFor === undefined);
    const checks = (['hang', 'throw', 'bad'] as const)[random.integer(3)] ?? 'bad';
    const faults = [
      () => factory.behaviours.set(origin, 'refuse'),
      () => factory.behaviours.set(origin, 'hang'),
      () => (factory.dialMs = 400),
      () => (factory.behaviour = 'refuse'),
      () => (this.#badOrigin = origin),
      () => open.filter((connection) => connection.origin === origin).forEach((connection) => connection.die()),
      () => open.forEach((connection) => (connection.check = checks)),
      () => (factory.checkMs = 150),
    ];
    faults[random.integer(faults.length)]?.();
    clock.setTimeout(() => {
      factory.behaviours.clear();
      Object.assign(factory, { behaviour: 'open', dialMs: DIAL_MS, checkMs: 0 });
      this.#badOrigin = undefined;
      for (const connection of factory.connections) connection.check = 'good';
    }, random.integer(15_000));
  }

  verify(): void {
    const stats = this.pool.stats();
    const { gauges, opened, closed, idle, checking, endpoints, dials, dialFailures } = stats;
    const { open, used, pending, dialing } = gauges;
    const gone = Object.values(closed).reduce((sum, count) => sum + count, 0);
    hold(opened - gone === open, () => `${opened} opened, ${gone} closed, ${open} open`);
    hold(this.factory.open === open, () => `${open} open, the connector says ${this.factory.open}`);
    hold(idle + checking + used === open, () => `places: ${this.pool.describe()}`);
    hold(open + dialing <= MAX && dialing <= 4, () => `limits: ${this.pool.describe()}`);
    hold(dials === opened + dialFailures + dialing, () => `${dials} dials, ${opened} opened, ${dialFailures} failed`);
    hold(endpoints.reduce((sum, { leases }) => sum + leases, 0) === used, 'endpoints and pool differ in leases');
    hold(this.started - this.ended === pending, () => `${this.started - this.ended} wait, ${pending} are booked`);
    hold(pending <= checking || idle === 0, () => `somebody waits: ${this.pool.describe()}`);
    hold(this.#longestMs < ACQUIRE_MS + 1e-6, () => `an acquire took ${this.#longestMs} ms`);
    hold(this.clock.pendingTimers < MOST_TIMERS, () => `${this.clock.pendingTimers} timers`);
    this.#seen.verify(stats);
  }

  #end(lease: Lease<FakeConnection>): void {
    const { origin } = lease.endpoint;
    const chance = this.random.next();
    if (chance < 0.01) lease.release({ broken: true });
    else if (chance < 0.012) lease.release({ broken: true, endpointFailed: true });
    else if (origin === this.#badOrigin) lease.release({ badAnswer: true });
    else lease.release();
  }

  #heard(event: PoolEvent<FakeConnection>): void {
    if (event.kind === 'closed') this.#felt(event.reason);
    else if (event.kind === 'dialFailed') this.#felt(event.error instanceof PoolError ? 'hung' : 'refused');
    else this.#felt(event.kind);
  }

  #felt(kind: string): void {
    this.felt.set(kind, (this.felt.get(kind) ?? 0) + 1);
  }
}

describe('an hour under load and faults', () => {
  it('leaks no place, no waiter and no timer, and serves nearly everybody', async () => {
    const soak = new Soak();
    const { clock, pool, random } = soak;
    await Promise.all([pool.start(), clock.advance(50)]);
    let nextFaultMs = 0;
    while (clock.now() < HOUR_MS) {
      void soak.use();
      if (clock.now() >= nextFaultMs) {
        soak.disturb();
        nextFaultMs = clock.now() + 20_000;
      }
      await clock.advance(random.exponential(120));
      if (soak.started % 3 === 0) soak.verify();
    }
    await clock.advance(60_000);
    soak.verify();
    expect(soak.started).toBeGreaterThan(25_000);
    expect(soak.served / soak.started).toBeGreaterThan(0.95);
    // The faults were there, each of them, and often enough to mean something.
    const kinds = [
      'refused',
      'hung',
      'broken',
      'lifetime',
      'unhealthy',
      'idle',
      'endpointDown',
      'endpointUp',
      'leaked',
    ];
    for (const kind of [...kinds, 'E_POOL_ABORTED', 'E_POOL_TIMEOUT']) {
      expect(soak.felt.get(kind) ?? 0, kind).toBeGreaterThan(3);
    }
    expect(pool.stats().checks.failed).toBeGreaterThan(50);
    expect(pool.stats().gauges).toMatchObject({ used: 0, pending: 0 });
    expect(pool.stats().endpoints.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
    expect(pool.stats().leaks.out).toBe(0);
    await pool.close();
    await clock.advance(1000);
    expect(clock.pendingTimers).toBe(0);
    expect(soak.factory.open).toBe(0);
  }, 60_000);
});
