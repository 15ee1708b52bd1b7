import { getEventListeners } from 'node:events';
import { FakeClock, seededRandom } from '../../src/base/index.js';
import { ConnectionPool, type Lease, PoolError } from '../../src/pool/index.js';
import { type Course, type GatedConnection, GatedConnector } from './gated-connector.js';
import { hold } from './hold.js';

const CALLERS = 8;
const MAX = 2;
const ACQUIRE_MS = 40;
const SLOW_MS = 3;

/** How each gate goes while the callers are there. */
export interface Gates {
  readonly connect: Course;
  readonly check: Course;
  /** What a caller does with its lease: gives it back at once, gives it back broken, later, or not until the end. */
  readonly handOver: Course;
  readonly close: Course;
}

/** Who is cancelled and when: at a step through a gate and so many turns of the microtask queue after it, or by time. */
export type Cancellation =
  | { readonly atStep: number; readonly turns: number; readonly victims: 'one' | 'all' }
  | { readonly timeoutMs: number };

/** Eight callers for the two places of a pool, cancelled while its gates take their courses; again and again. */
export class CancelledCallers {
  #steps = 0;
  readonly #clock = new FakeClock();
  readonly #factory = new GatedConnector(this.#clock, () => this.#step());
  readonly #pool: ConnectionPool<GatedConnection>;
  readonly #gates: Gates;
  #cancellation: Cancellation = { timeoutMs: 0 };
  #signals: readonly AbortController[] = [];
  #kept: Lease<GatedConnection>[] = [];
  #aborted = 0;
  #acquires = 0;
  #counting = false;

  constructor(gates: Gates) {
    this.#gates = gates;
    this.#pool = new ConnectionPool({
      endpoints: [{ origin: 'a' }],
      factory: this.#factory,
      clock: this.#clock,
      random: seededRandom(1),
      max: MAX,
      acquireTimeoutMs: ACQUIRE_MS,
      dialTimeoutMs: 8,
      checkTimeoutMs: 8,
      checkIdleAfterMs: 5,
      cooldownMs: 4,
      dialBackoff: { firstMs: 1, maxMs: 4 },
    });
  }

  /**
   * Lets the callers come to a pool with so many idle connections, each to be checked first. Returns the steps through
   * gates until the callers had settled. @throws when the pool is not whole and usable afterwards
   */
  async run(idle: number, cancellation: Cancellation): Promise<number> {
    const { connect, check, close } = this.#gates;
    this.#cancellation = cancellation;
    this.#signals = Array.from({ length: CALLERS }, () => new AbortController());
    await this.#leaveIdle(idle);
    Object.assign(this.#factory, { connecting: connect, checking: check, closing: close });
    this.#steps = 0;
    this.#counting = true;
    const callers = this.#signals.map(({ signal }, index) => this.#call(signal, index));
    await this.#clock.advance(ACQUIRE_MS + SLOW_MS);
    this.#counting = false;
    await Promise.all(callers);
    this.#verifyCounts();
    for (const lease of this.#kept) this.#giveBack(lease);
    this.#kept = [];
    Object.assign(this.#factory, { connecting: 'ok', checking: 'ok' });
    await this.#verifyUsable();
    return this.#steps;
  }

  /** @throws when anything is left of the pool */
  async close(): Promise<void> {
    await this.#pool.close();
    await this.#clock.advance(SLOW_MS);
    hold(this.#clock.pendingTimers === 0, () => `${this.#clock.pendingTimers} timers are left`);
    hold(
      this.#factory.connections.every(({ timesClosed }) => timesClosed === 1),
      'a connection was not closed exactly once',
    );
  }

  async #leaveIdle(count: number): Promise<void> {
    const leases = await this.#borrowBoth();
    for (const [index, lease] of leases.entries()) lease?.release(...(index < count ? [] : [{ broken: true }]));
    await this.#clock.advance(10);
  }

  async #call(signal: AbortSignal, index: number): Promise<void> {
    const byTime = 'timeoutMs' in this.#cancellation ? { timeoutMs: this.#cancellation.timeoutMs + index / 2 } : {};
    this.#acquires += 1;
    try {
      const lease = await this.#pool.acquire({ signal, ...byTime });
      this.#step();
      this.#borrow(lease);
    } catch (error) {
      if (!(error instanceof PoolError)) throw error;
      if (error.code === 'E_POOL_ABORTED') this.#aborted += 1;
    }
  }

  #borrow(lease: Lease<GatedConnection>): void {
    const { handOver } = this.#gates;
    hold(!lease.connection.borrowed, 'one connection has two borrowers');
    lease.connection.borrowed = true;
    if (handOver === 'never') this.#kept.push(lease);
    else if (handOver === 'slow') this.#clock.setTimeout(() => this.#giveBack(lease), SLOW_MS);
    else this.#giveBack(lease);
  }

  #giveBack(lease: Lease<GatedConnection>): void {
    this.#step();
    lease.connection.borrowed = false;
    lease.release(...(this.#gates.handOver === 'error' ? [{ broken: true }] : []));
  }

  #step(): void {
    if (!this.#counting) return;
    const step = this.#steps;
    this.#steps += 1;
    if (!('atStep' in this.#cancellation) || step !== this.#cancellation.atStep) return;
    const { turns, victims } = this.#cancellation;
    const cancelled = victims === 'all' ? this.#signals : [this.#signals[step % CALLERS]];
    after(turns, () => {
      for (const controller of cancelled) controller?.abort();
    });
  }

  #verifyCounts(): void {
    const { gauges, acquires: outcomes, opened, closed, idle, checking } = this.#pool.stats();
    const gone = Object.values(closed).reduce((sum, count) => sum + count, 0);
    hold(opened - gone === gauges.open, () => `${opened} opened, ${gone} closed, ${gauges.open} open`);
    hold(this.#open() === gauges.open, () => `${gauges.open} open, the connector says ${this.#open()}`);
    hold(gauges.open + gauges.dialing <= MAX, () => `${gauges.open} open, ${gauges.dialing} dialing`);
    hold(idle + checking + gauges.used === gauges.open, () => `places: ${this.#pool.describe()}`);
    hold(gauges.used === this.#kept.filter(({ connection }) => connection.timesClosed === 0).length, 'leases out');
    hold(gauges.pending === 0, 'somebody still waits');
    hold(outcomes.aborted === this.#aborted, () => `${this.#aborted} were aborted, ${outcomes.aborted} are booked`);
    const booked = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    hold(booked === this.#acquires, () => `${this.#acquires} acquires, ${booked} booked`);
    hold(
      this.#signals.every(({ signal }) => getEventListeners(signal, 'abort').length === 0),
      'a listener is left on a signal',
    );
  }

  async #verifyUsable(): Promise<void> {
    // What never came back, and what the pauses after failures hold up.
    await this.#clock.advance(20);
    const leases = await this.#borrowBoth();
    hold(
      new Set(leases.map((lease) => lease?.connectionId)).size === MAX,
      () => `not usable: ${this.#pool.describe()}`,
    );
    for (const lease of leases) lease?.release();
  }

  async #borrowBoth(): Promise<(Lease<GatedConnection> | undefined)[]> {
    const both = [this.#pool.acquire(), this.#pool.acquire()].map((acquire) => acquire.catch(() => undefined));
    this.#acquires += both.length;
    await this.#clock.advance(1);
    return Promise.all(both);
  }

  #open(): number {
    return this.#factory.connections.filter(({ timesClosed }) => timesClosed === 0).length;
  }
}

function after(turns: number, action: () => void): void {
  if (turns === 0) action();
  else void Promise.resolve().then(() => after(turns - 1, action));
}
