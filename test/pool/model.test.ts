import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock, seededRandom } from '../../src/base/index.js';
import { ConnectionPool, type Lease, type PoolError, type PoolEvent } from '../../src/pool/index.js';
import { type FakeConnection, FakeConnector } from '../../src/pool/testing.js';

const TIMEOUT_MS = 100;
const RUNS = Number(process.env['MODEL_RUNS'] ?? 200);
const SEED = Number(process.env['MODEL_SEED'] ?? 20_260_801);

type Step =
  | { readonly do: 'acquire' | 'acquireAvoiding' | 'abort' }
  | { readonly do: 'release' | 'open' | 'refuse' | 'die'; readonly pick: number }
  | { readonly do: 'fail'; readonly pick: number; readonly endpointFailed: boolean }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'checks'; readonly go: 'good' | 'bad' | 'hang' | 'throw' };

const pick = fc.nat(50);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Step>({ do: 'acquire' }, { do: 'acquireAvoiding' }) },
  { weight: 6, arbitrary: pick.map((pick): Step => ({ do: 'release', pick })) },
  { weight: 5, arbitrary: pick.map((pick): Step => ({ do: 'open', pick })) },
  { weight: 2, arbitrary: pick.map((pick): Step => ({ do: 'refuse', pick })) },
  { weight: 1, arbitrary: pick.map((pick): Step => ({ do: 'die', pick })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(pick, fc.boolean())
      .map(([pick, endpointFailed]): Step => ({ do: 'fail', pick, endpointFailed })),
  },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 60 }).map((ms): Step => ({ do: 'advance', ms })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'abort' }) },
  { weight: 1, arbitrary: fc.constantFrom('good', 'bad', 'hang', 'throw').map((go): Step => ({ do: 'checks', go })) },
);

const steps = fc.array(step, { minLength: 5, maxLength: 60 });
const ending = fc.constantFrom('close' as const, 'drain' as const);

interface Try {
  readonly controller: AbortController;
  readonly deadlineMs: number;
  readonly avoiding: boolean;
  settled: 'lease' | PoolError | undefined;
}

interface Shape {
  readonly max: number;
  readonly min: number;
  readonly endpoints: number;
  readonly leasesPerConnection: number;
  readonly checks: boolean;
  readonly failureThreshold: number;
  readonly elideDials: boolean;
}

const shape: fc.Arbitrary<Shape> = fc
  .record({
    max: fc.integer({ min: 1, max: 4 }),
    min: fc.nat(2),
    endpoints: fc.integer({ min: 1, max: 3 }),
    leasesPerConnection: fc.constantFrom(1, 1, 3),
    checks: fc.boolean(),
    failureThreshold: fc.integer({ min: 1, max: 2 }),
    elideDials: fc.boolean(),
  })
  .filter(({ min, max }) => min <= max);

/** The pool, everything that happens to it from outside, and what must hold after every step. */
class World {
  readonly clock = new FakeClock();
  readonly factory: FakeConnector;
  readonly pool: ConnectionPool<FakeConnection>;
  readonly tries: Try[] = [];
  readonly held: Lease<FakeConnection>[] = [];
  readonly #shape: Shape;
  #atMs = 0;
  #openMs = 0;
  #pendingMs = 0;
  #usedMs = 0;
  #open = 0;
  #waiting = 0;
  #used = 0;

  constructor(shape: Shape) {
    this.#shape = shape;
    this.factory = new FakeConnector(this.clock, { checks: shape.checks });
    this.factory.behaviour = 'manual';
    this.pool = new ConnectionPool({
      ...shape,
      factory: this.factory,
      endpoints: ['a', 'b', 'c'].slice(0, shape.endpoints).map((origin) => ({ origin })),
      clock: this.clock,
      random: seededRandom(7),
      acquireTimeoutMs: TIMEOUT_MS,
      dialTimeoutMs: 40,
      idleTimeoutMs: 120,
      maxLifetimeMs: 300,
      checkIdleAfterMs: 20,
      checkTimeoutMs: 15,
      cooldownMs: 50,
      maxPending: 6,
    });
    // An integration of its own, fed by the events and the promises instead of the pool's accounts.
    this.pool.on((event) => this.#heard(event));
  }

  async run(step: Step): Promise<void> {
    if (step.do === 'advance') await this.clock.advance(step.ms);
    else this.#happen(step);
    await this.clock.advance(0);
    this.verify();
  }

  verify(): void {
    const { gauges, opened, closed, acquires, idle, integralsMs, endpoints } = this.pool.stats();
    const { max, leasesPerConnection } = this.#shape;
    const gone = Object.values(closed).reduce((sum, count) => sum + count, 0);
    expect(opened - gone).toBe(gauges.open);
    expect(this.factory.open).toBe(gauges.open);
    expect(gauges.open + gauges.dialing).toBeLessThanOrEqual(max);
    expect(gauges.used).toBeLessThanOrEqual(gauges.open * leasesPerConnection);
    expect(endpoints.reduce((sum, { open }) => sum + open, 0)).toBe(gauges.open);
    expect(Math.min(gauges.open, gauges.dialing, gauges.pending, gauges.used)).toBeGreaterThanOrEqual(0);
    const settled = this.tries.filter(({ settled }) => settled).length;
    expect(Object.values(acquires).reduce((sum, count) => sum + count, 0)).toBe(settled);
    expect(gauges.pending).toBe(this.tries.length - settled);
    if (this.tries.some(({ settled, avoiding }) => !settled && !avoiding)) expect(idle).toBe(0);
    for (const { settled, deadlineMs } of this.tries) {
      if (!settled) expect(this.clock.now()).toBeLessThanOrEqual(deadlineMs);
    }
    const live = this.#live();
    expect(gauges.used).toBe(live.length);
    if (leasesPerConnection === 1) expect(new Set(live.map(({ connectionId }) => connectionId)).size).toBe(live.length);
    this.#integrate(this.clock.now());
    expect(integralsMs.open).toBeCloseTo(this.#openMs, 6);
    expect(integralsMs.used).toBeCloseTo(this.#usedMs, 6);
    expect(integralsMs.pending).toBeCloseTo(this.#pendingMs, 6);
  }

  async end(ending: 'close' | 'drain'): Promise<void> {
    if (ending === 'drain') {
      const drained = this.pool.drain(30);
      this.#acquire(false);
      await this.clock.advance(0);
      this.verify();
      this.#take(0)?.release();
      await this.clock.advance(0);
      this.verify();
      await this.clock.advance(30);
      await drained;
    }
    await this.pool.close();
    await this.clock.advance(0);
    this.verify();
    expect(this.clock.pendingTimers).toBe(0);
    expect(this.factory.open).toBe(0);
    for (const dial of this.factory.dials) dial.open();
    await this.clock.advance(0);
    expect(this.factory.open).toBe(0);
    for (const lease of this.held) lease.release();
    expect(this.pool.stats().gauges).toEqual({ open: 0, used: 0, pending: 0, dialing: 0 });
    expect(this.tries.every(({ settled }) => settled)).toBe(true);
  }

  #happen(step: Exclude<Step, { do: 'advance' }>): void {
    if (step.do === 'abort') this.tries.find(({ settled }) => !settled)?.controller.abort();
    else if (step.do === 'checks') for (const connection of this.factory.connections) connection.check = step.go;
    else if ('pick' in step) this.#pick(step);
    else this.#acquire(step.do === 'acquireAvoiding');
  }

  #pick(step: Extract<Step, { pick: number }>): void {
    if (step.do === 'open') this.#dial(step.pick)?.open();
    else if (step.do === 'refuse') this.#dial(step.pick)?.refuse();
    else if (step.do === 'die') choose(this.factory.connections, step.pick)?.die();
    else if (step.do === 'fail') this.#take(step.pick)?.release({ broken: true, endpointFailed: step.endpointFailed });
    else this.#take(step.pick)?.release();
  }

  #acquire(avoiding: boolean): void {
    const controller = new AbortController();
    const deadlineMs = this.clock.now() + TIMEOUT_MS;
    const attempt: Try = { controller, deadlineMs, avoiding, settled: undefined };
    this.tries.push(attempt);
    this.#integrate(this.clock.now());
    this.#waiting += 1;
    const settle = (result: 'lease' | PoolError): void => {
      expect(attempt.settled).toBeUndefined();
      attempt.settled = result;
      this.#integrate(this.clock.now());
      this.#waiting -= 1;
    };
    const avoid = avoiding ? [{ origin: 'a' }] : [];
    this.pool.acquire({ signal: controller.signal, avoid }).then(
      (lease) => {
        this.held.push(lease);
        settle('lease');
      },
      (error: unknown) => settle(error as PoolError),
    );
  }

  #take(index: number): Lease<FakeConnection> | undefined {
    const lease = choose(this.held, index);
    if (lease) this.held.splice(this.held.indexOf(lease), 1);
    return lease;
  }

  #live(): Lease<FakeConnection>[] {
    return this.held.filter(({ connection }) => connection.closedFor === undefined);
  }

  #dial(index: number) {
    return choose(
      this.factory.dials.filter(({ signal }) => !signal.aborted),
      index,
    );
  }

  #heard(event: PoolEvent<FakeConnection>): void {
    this.#integrate(event.atMs);
    if (event.kind === 'opened') this.#open += 1;
    if (event.kind === 'closed') this.#open -= 1;
  }

  #integrate(atMs: number): void {
    this.#openMs += this.#open * (atMs - this.#atMs);
    this.#pendingMs += this.#waiting * (atMs - this.#atMs);
    this.#usedMs += this.#used * (atMs - this.#atMs);
    this.#used = this.#live().length;
    this.#atMs = atMs;
  }
}

function choose<V>(list: readonly V[], index: number): V | undefined {
  return list[index % Math.max(1, list.length)];
}

describe('a pool under any interleaving of what can happen to it', () => {
  it('holds its limits, settles every acquire once and in time, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(shape, steps, ending, async (shape, steps, ending) => {
        const world = new World(shape);
        for (const step of steps) await world.run(step);
        await world.end(ending);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
});
