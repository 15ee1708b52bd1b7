import { ACQUIRE_OUTCOMES, type AcquireOutcome, type CloseReason } from './accounts.js';
import type { PoolStats } from './contracts.js';
import { PoolError } from './errors.js';

/** What the manager needs of a pool; every pool of this package has it. */
export interface ManagedPool {
  start(to?: 'none' | 'min' | 'max'): Promise<void>;
  stats(): PoolStats;
  /** Its state on one line; made of its statistics when it has none of its own. */
  describe?(): string;
  /** Closes within this many milliseconds; false when it had to before every lease was back. */
  drain(withinMs: number): Promise<boolean | void>;
}

/** Sums over all pools of a manager, each of the same statistic of `PoolStats`. */
export interface PoolSummary {
  readonly pools: number;
  readonly open: number;
  readonly used: number;
  readonly idle: number;
  readonly pending: number;
  readonly dialing: number;
  readonly acquires: Readonly<Record<AcquireOutcome, number>>;
  readonly dials: number;
  readonly dialFailures: number;
  readonly opened: number;
  readonly closed: Readonly<Partial<Record<CloseReason, number>>>;
  readonly uses: number;
  readonly reuses: number;
  readonly integralsMs: { readonly open: number; readonly used: number; readonly pending: number };
  readonly setupTotalMs: number;
  readonly failovers: number;
  readonly endpoints: number;
  readonly endpointsDown: number;
}

/** Pools by name, started, summed up and shut down together. */
export class ConnectionPoolManager implements AsyncDisposable {
  readonly #pools = new Map<string, ManagedPool>();

  /** Takes charge of `pool` and returns it. @throws {PoolError} E_POOL_OPTIONS when the name is taken */
  add<P extends ManagedPool>(name: string, pool: P): P {
    if (this.#pools.has(name)) throw new PoolError('E_POOL_OPTIONS', `there is a pool named "${name}" already`);
    this.#pools.set(name, pool);
    return pool;
  }

  get(name: string): ManagedPool | undefined {
    return this.#pools.get(name);
  }

  get names(): string[] {
    return [...this.#pools.keys()];
  }

  /** Lets go of a pool without touching it; its name is free again. */
  remove(name: string): ManagedPool | undefined {
    const pool = this.#pools.get(name);
    this.#pools.delete(name);
    return pool;
  }

  /** Starts all pools at once. @throws {AggregateError} naming those that could not, after all have been tried */
  async startAll(to: 'none' | 'min' | 'max' = 'min'): Promise<void> {
    await allOf(this.#pools, 'start', (pool) => pool.start(to));
  }

  stats(): Readonly<Record<string, PoolStats>> {
    return Object.fromEntries([...this.#pools].map(([name, pool]) => [name, pool.stats()]));
  }

  summary(): PoolSummary {
    return summaryOf([...this.#pools.values()].map((pool) => pool.stats()));
  }

  /** One line a pool: its name and its state. */
  describe(): string {
    return [...this.#pools].map(([name, pool]) => `${name}: ${pool.describe?.() ?? lineOf(pool.stats())}`).join('\n');
  }

  /**
   * Drains all pools, each within this many milliseconds; true when every lease came back in time. The names are free again.
   * @throws {AggregateError} naming the pools whose draining failed, after all have been drained
   */
  async shutdown(withinMs: number): Promise<boolean> {
    const pools = new Map(this.#pools);
    this.#pools.clear();
    const clean = await allOf(pools, 'shut down', (pool) => pool.drain(withinMs));
    return clean.every((one) => one !== false);
  }

  /** Closes all pools without waiting for leases. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown(0);
  }
}

async function allOf<V>(
  pools: ReadonlyMap<string, ManagedPool>,
  verb: string,
  act: (pool: ManagedPool) => Promise<V>,
): Promise<V[]> {
  const names = [...pools.keys()];
  const results = await Promise.allSettled([...pools.values()].map(async (pool) => act(pool)));
  const failed = names.filter((_name, index) => results[index]?.status === 'rejected');
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  if (failed.length > 0) throw new AggregateError(reasons, `pools that could not ${verb}: ${failed.join(', ')}`);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

function summaryOf(all: readonly PoolStats[]): PoolSummary {
  const sum = (value: (stats: PoolStats) => number): number => all.reduce((total, stats) => total + value(stats), 0);
  const reasons = [...new Set(all.flatMap(({ closed }) => Object.keys(closed) as CloseReason[]))];
  return {
    pools: all.length,
    open: sum(({ gauges }) => gauges.open),
    used: sum(({ gauges }) => gauges.used),
    idle: sum(({ idle }) => idle),
    pending: sum(({ gauges }) => gauges.pending),
    dialing: sum(({ gauges }) => gauges.dialing),
    acquires: Object.fromEntries(
      ACQUIRE_OUTCOMES.map((outcome) => [outcome, sum(({ acquires }) => acquires[outcome])]),
    ) as Record<AcquireOutcome, number>,
    dials: sum(({ dials }) => dials),
    dialFailures: sum(({ dialFailures }) => dialFailures),
    opened: sum(({ opened }) => opened),
    closed: Object.fromEntries(reasons.map((reason) => [reason, sum(({ closed }) => closed[reason] ?? 0)])),
    uses: sum(({ uses }) => uses),
    reuses: sum(({ reuses }) => reuses),
    integralsMs: {
      open: sum(({ integralsMs }) => integralsMs.open),
      used: sum(({ integralsMs }) => integralsMs.used),
      pending: sum(({ integralsMs }) => integralsMs.pending),
    },
    setupTotalMs: sum(({ setupTotalMs }) => setupTotalMs),
    failovers: sum(({ failovers }) => failovers),
    endpoints: sum(({ endpoints }) => endpoints.length),
    endpointsDown: sum(({ endpoints }) => endpoints.filter(({ state }) => state !== 'up').length),
  };
}

function lineOf({ gauges, idle, opened }: PoolStats): string {
  return `active ${gauges.used} · idle ${idle} · pending ${gauges.pending} · opened ${opened}`;
}
