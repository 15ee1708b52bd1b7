import type { PoolStats } from './contracts.js';
import { PoolError } from './errors.js';

/** What the manager needs of a pool; every pool of this package has it. */
export interface ManagedPool {
  start(to?: 'none' | 'min' | 'max'): Promise<void>;
  stats(): PoolStats;
  describe(): string;
  drain(deadlineMs: number): Promise<boolean>;
}

/** Sums over all pools of a manager. */
export interface PoolSummary {
  readonly pools: number;
  readonly open: number;
  readonly used: number;
  readonly pending: number;
  readonly opened: number;
  readonly uses: number;
  readonly reuses: number;
  readonly failovers: number;
  readonly endpointsDown: number;
}

/** Pools by name, started, summed up and shut down together. */
export class ConnectionPoolManager {
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

  /** Starts all pools at once. @throws {AggregateError} naming those that could not, after all have been tried */
  async startAll(to: 'none' | 'min' | 'max' = 'min'): Promise<void> {
    const names = this.names;
    const results = await Promise.allSettled([...this.#pools.values()].map((pool) => pool.start(to)));
    const failed = names.filter((_name, index) => results[index]?.status === 'rejected');
    if (failed.length === 0) return;
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
    throw new AggregateError(reasons, `pools that could not start: ${failed.join(', ')}`);
  }

  stats(): Readonly<Record<string, PoolStats>> {
    return Object.fromEntries([...this.#pools].map(([name, pool]) => [name, pool.stats()]));
  }

  summary(): PoolSummary {
    const all = [...this.#pools.values()].map((pool) => pool.stats());
    const sum = (value: (stats: PoolStats) => number): number => all.reduce((total, stats) => total + value(stats), 0);
    return {
      pools: all.length,
      open: sum(({ gauges }) => gauges.open),
      used: sum(({ gauges }) => gauges.used),
      pending: sum(({ gauges }) => gauges.pending),
      opened: sum(({ opened }) => opened),
      uses: sum(({ uses }) => uses),
      reuses: sum(({ reuses }) => reuses),
      failovers: sum(({ failovers }) => failovers),
      endpointsDown: sum(({ endpoints }) => endpoints.filter(({ state }) => state !== 'up').length),
    };
  }

  /** One line a pool: its name and its state. */
  describe(): string {
    return [...this.#pools].map(([name, pool]) => `${name}: ${pool.describe()}`).join('\n');
  }

  /** Drains all pools under one deadline; true when every lease came back in time. The names are free again. */
  async shutdown(deadlineMs: number): Promise<boolean> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    const clean = await Promise.all(pools.map((pool) => pool.drain(deadlineMs)));
    return clean.every(Boolean);
  }
}
