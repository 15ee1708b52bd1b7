import { FakeClock, seededRandom } from '../../src/base/index.js';
import { ConnectionPool, type Lease, type PoolError, type PoolEvent, type PoolStats } from '../../src/pool/index.js';
import { type FakeConnection, FakeConnector, type FakeDial } from '../../src/pool/testing.js';
import { hold } from './hold.js';
import { SeenOutcomes } from './seen-outcomes.js';
import type { Shape, Step } from './world-steps.js';

const A = { origin: 'a' };
const TIMEOUT_MS = 100;
const BRIEF_MS = 30;
const LEAK_MS = 70;

const OUTCOMES = { release: undefined, answerBadly: { badAnswer: true }, retire: { retire: true } } as const;

interface Try {
  readonly controller: AbortController;
  readonly deadlineMs: number;
  readonly avoiding: boolean;
  settled: 'lease' | PoolError | undefined;
}

/** The pool, everything that happens to it from outside, and what must hold after every step. */
export class World {
  readonly clock = new FakeClock();
  readonly factory: FakeConnector;
  readonly pool: ConnectionPool<FakeConnection>;
  readonly #tries: Try[] = [];
  readonly #held = new Map<Lease<FakeConnection>, number>();
  readonly #shape: Shape;
  readonly #seen = new SeenOutcomes();
  /** Two acquires that were not served in their order. */
  #overtaken: string | undefined;
  #missed = 0;
  #leaked = 0;
  #leaksEnded = 0;
  #atMs = 0;
  #openMs = 0;
  #pendingMs = 0;
  #usedMs = 0;
  #open = 0;
  #waiting = 0;
  #used = 0;

  constructor(shape: Shape) {
    const { endpoints, checks, checkMs, dials, ...options } = shape;
    this.#shape = shape;
    this.factory = new FakeConnector(this.clock, { checks, dialMs: 3 });
    this.factory.behaviour = dials;
    this.factory.checkMs = checkMs;
    this.pool = new ConnectionPool({
      ...options,
      factory: this.factory,
      endpoints: ['a', 'b', 'c'].slice(0, endpoints).map((origin, index) => ({ origin, weight: 1 + index })),
      clock: this.clock,
      random: seededRandom(7),
      acquireTimeoutMs: TIMEOUT_MS,
      idleTimeoutMs: 120,
      maxLifetimeMs: 300,
      checkIdleAfterMs: 12,
      checkTimeoutMs: 15,
      cooldownMs: 50,
      slowStartMs: 60,
      ejection: { minAnswers: 3 },
      leakAfterMs: LEAK_MS,
      maxPending: 6,
    });
    // An integration of its own, fed by the events and the promises instead of the pool's accounts.
    this.pool.on((event) => this.#heard(event));
  }

  async run(step: Step): Promise<void> {
    if (step.do === 'advance') await this.clock.advance(step.ms);
    else {
      this.#happen(step);
      this.#verifyNow(this.pool.stats());
      await this.clock.advance(0);
    }
    this.#verifySettled();
  }

  async end(ending: 'close' | 'drain'): Promise<void> {
    if (ending === 'drain') {
      const drained = this.pool.drain(30);
      this.#acquire();
      await this.clock.advance(0);
      this.#verifySettled();
      this.#take(0)?.release();
      await this.clock.advance(0);
      this.#verifySettled();
      await this.clock.advance(30);
      await drained;
    }
    await this.pool.close();
    await this.clock.advance(0);
    this.#verifySettled();
    hold(this.clock.pendingTimers === 0, () => `${this.clock.pendingTimers} timers are left`);
    hold(this.factory.open === 0, 'connections are left open');
    for (const dial of this.factory.dials) dial.open();
    await this.clock.advance(0);
    hold(this.factory.open === 0, 'a late dial is left open');
    for (const lease of this.#held.keys()) lease.release();
    const { open, used, pending, dialing } = this.pool.stats().gauges;
    hold(open + used + pending + dialing === 0, () => `gauges are not at zero: ${this.pool.describe()}`);
    hold(this.pool.stats().leaks.out === 0, 'leaks out after every lease came back');
    hold(
      this.#tries.every(({ settled }) => settled),
      'an acquire never settled',
    );
  }

  /** What holds at any moment, between two turns of the microtask queue too. */
  #verifyNow(stats: PoolStats): void {
    const { gauges, opened, closed, idle, checking, endpoints, dials, dialFailures } = stats;
    const { max, maxDialing, maxPerEndpoint, leasesPerConnection } = this.#shape;
    const { open, used, pending, dialing } = gauges;
    const gone = Object.values(closed).reduce((sum, count) => sum + count, 0);
    hold(opened - gone === open, () => `${opened} opened, ${gone} closed, ${open} open`);
    hold(this.factory.open >= open, () => `${open} open, the connector says ${this.factory.open}`);
    hold(open + dialing <= max, () => `${open} open and ${dialing} dialing of ${max}`);
    hold(dials === opened + dialFailures + dialing, () => `${dials} dials, ${opened} opened, ${dialFailures} failed`);
    hold(dialing <= maxDialing, () => `${dialing} dials of ${maxDialing}`);
    hold(Math.min(open, used, pending, dialing, idle, checking) >= 0, 'a gauge is below zero');
    // Every connection is in exactly one place: idle, checked, or on loan.
    if (leasesPerConnection === 1) hold(idle + checking + used === open, () => `places: ${this.pool.describe()}`);
    else hold(used <= open * leasesPerConnection && idle + checking <= open, () => `places: ${this.pool.describe()}`);
    hold(endpoints.reduce((sum, { open }) => sum + open, 0) === open, 'endpoints and pool differ in open');
    hold(endpoints.reduce((sum, { leases }) => sum + leases, 0) === used, 'endpoints and pool differ in leases');
    hold(
      endpoints.every(({ open }) => open <= maxPerEndpoint),
      'too many connections to one endpoint',
    );
  }

  /** What holds once all promises have settled. */
  #verifySettled(): void {
    const stats = this.pool.stats();
    this.#verifyNow(stats);
    const { gauges, idle, checking, integralsMs, tryMisses, leaks } = stats;
    hold(this.factory.open === gauges.open, () => `${gauges.open} open, the connector says ${this.factory.open}`);
    this.#seen.verify(stats);
    hold(this.#overtaken === undefined, () => this.#overtaken ?? '');
    hold(tryMisses === this.#missed, 'misses of tryAcquire');
    const now = this.clock.now();
    const live = this.#live();
    const unsettled = this.#unsettled();
    hold(gauges.pending === unsettled.length, 'pending');
    for (const { deadlineMs } of unsettled) hold(now <= deadlineMs, 'a deadline has passed');
    // Nobody waits while a connection is idle, but for those that one is being checked for.
    const free = unsettled.filter(({ avoiding }) => !avoiding || this.#shape.endpoints === 1).length;
    hold(free <= checking || idle === 0, () => `somebody waits: ${this.pool.describe()}`);
    if (unsettled.length > free && !this.#shape.checks) {
      const lent = new Set(live.map(({ connection }) => connection));
      const suits = ({ origin, closedFor }: FakeConnection): boolean => closedFor === undefined && origin !== 'a';
      const suitable = this.factory.connections.find((connection) => suits(connection) && !lent.has(connection));
      hold(suitable === undefined, 'somebody waits while a connection that it does not avoid is idle');
    }
    hold(gauges.used === live.length, () => `${gauges.used} used, ${live.length} leases of open connections`);
    const leased = new Set(live.map(({ connectionId }) => connectionId)).size;
    hold(idle + checking + leased === gauges.open, () => `${leased} connections leased: ${this.pool.describe()}`);
    if (this.#shape.leasesPerConnection === 1) hold(leased === live.length, 'one connection, two borrowers');
    hold(leaks.total === this.#leaked && leaks.out === this.#leaked - this.#leaksEnded, 'leaks and their events');
    const overdue = live.filter((lease) => now - (this.#held.get(lease) ?? now) >= LEAK_MS).length;
    hold(overdue <= leaks.out, () => `${overdue} leases are out for too long, ${leaks.out} were reported`);
    this.#integrate(now);
    for (const [name, own] of [
      ['open', this.#openMs],
      ['used', this.#usedMs],
      ['pending', this.#pendingMs],
    ] as const) {
      hold(Math.abs(integralsMs[name] - own) < 1e-6, () => `integral of ${name}: ${integralsMs[name]}, counted ${own}`);
    }
  }

  #happen(step: Exclude<Step, { do: 'advance' }>): void {
    if (step.do === 'checks') for (const connection of this.factory.connections) connection.check = step.go;
    else if (step.do === 'tryAcquire') this.#tryAcquire();
    else if ('pick' in step) this.#pick(step);
    else if (step.do === 'burst') for (let i = 0; i < 3; i += 1) this.#acquire();
    else if (step.do === 'openAll') for (const dial of this.factory.dials.filter(isUnderWay)) dial.open();
    else if (step.do === 'releaseAll') for (const lease of this.#heldOnce()) lease.release();
    else this.#acquire({ avoiding: step.do === 'acquireAvoiding', brief: step.do === 'acquireBriefly' });
  }

  #heldOnce(): Lease<FakeConnection>[] {
    const leases = [...this.#held.keys()];
    this.#held.clear();
    return leases;
  }

  #pick(step: Extract<Step, { pick: number }>): void {
    const { pick } = step;
    if (step.do === 'open' || step.do === 'refuse') this.#dial(pick)?.[step.do]();
    else if (step.do === 'die') choose(this.factory.connections, pick)?.die();
    else if (step.do === 'abort') choose(this.#unsettled(), pick)?.controller.abort();
    else if (step.do === 'fail') this.#take(pick)?.release({ broken: true, endpointFailed: step.endpointFailed });
    else this.#take(pick)?.release(OUTCOMES[step.do]);
  }

  #acquire({ avoiding = false, brief = false } = {}): void {
    const controller = new AbortController();
    const timeoutMs = brief ? BRIEF_MS : TIMEOUT_MS;
    const deadlineMs = this.clock.now() + timeoutMs;
    const attempt: Try = { controller, deadlineMs, avoiding, settled: undefined };
    this.#tries.push(attempt);
    this.#integrate(this.clock.now());
    this.#waiting += 1;
    const settle = (result: 'lease' | PoolError): void => {
      hold(attempt.settled === undefined, 'an acquire settled twice');
      attempt.settled = result;
      this.#integrate(this.clock.now());
      this.#waiting -= 1;
    };
    const options = { signal: controller.signal, ...(brief ? { timeoutMs } : {}), ...(avoiding ? { avoid: [A] } : {}) };
    this.pool.acquire(options).then(
      (lease) => {
        this.#held.set(lease, this.clock.now());
        this.#seen.served(lease);
        if (!avoiding) this.#noteOrder(attempt);
        settle('lease');
      },
      (error: unknown) => {
        this.#seen.failed(error as PoolError);
        settle(error as PoolError);
      },
    );
  }

  // Whoever avoids nothing is served in the order of coming; those who avoid an endpoint may have to wait for another.
  #noteOrder(served: Try): void {
    const overtaken = this.#unsettled().find((attempt) => attempt !== served && !attempt.avoiding);
    if (!overtaken || this.#tries.indexOf(overtaken) > this.#tries.indexOf(served)) return;
    this.#overtaken ??= `acquire ${this.#tries.indexOf(served)} was served before ${this.#tries.indexOf(overtaken)}`;
  }

  #tryAcquire(): void {
    const lease = this.pool.tryAcquire();
    if (!lease) {
      this.#missed += 1;
      return;
    }
    this.#integrate(this.clock.now());
    this.#seen.served(lease);
    this.#held.set(lease, this.clock.now());
  }

  #take(index: number): Lease<FakeConnection> | undefined {
    const lease = choose([...this.#held.keys()], index);
    if (lease) this.#held.delete(lease);
    return lease;
  }

  #unsettled(): Try[] {
    return this.#tries.filter(({ settled }) => !settled);
  }

  #live(): Lease<FakeConnection>[] {
    return [...this.#held.keys()].filter(({ connection }) => connection.closedFor === undefined);
  }

  #dial(index: number): FakeDial | undefined {
    return choose(this.factory.dials.filter(isUnderWay), index);
  }

  #heard(event: PoolEvent<FakeConnection>): void {
    this.#integrate(event.atMs);
    if (event.kind === 'opened') this.#open += 1;
    if (event.kind === 'closed') this.#open -= 1;
    if (event.kind === 'leaked') this.#leaked += 1;
    if (event.kind === 'leakEnded') this.#leaksEnded += 1;
  }

  #integrate(atMs: number): void {
    this.#openMs += this.#open * (atMs - this.#atMs);
    this.#pendingMs += this.#waiting * (atMs - this.#atMs);
    this.#usedMs += this.#used * (atMs - this.#atMs);
    this.#used = this.#live().length;
    this.#atMs = atMs;
  }
}

function isUnderWay({ signal, settled }: FakeDial): boolean {
  return !signal.aborted && !settled;
}

function choose<V>(list: readonly V[], index: number): V | undefined {
  return list[index % Math.max(1, list.length)];
}
