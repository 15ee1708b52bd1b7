import type { Lease, PoolError, PoolErrorCode, PoolStats } from '../../src/pool/index.js';
import { hold } from './hold.js';

const OUTCOMES = [
  ['timeout', 'E_POOL_TIMEOUT'],
  ['aborted', 'E_POOL_ABORTED'],
  ['queueFull', 'E_POOL_QUEUE_FULL'],
  ['dialError', 'E_POOL_DIAL'],
  ['closed', 'E_POOL_CLOSED'],
] as const;

/** How acquires ended, as their callers saw it: what the pool's own accounts must say. */
export class SeenOutcomes {
  #served = 0;
  #reused = 0;
  readonly #failed = new Map<PoolErrorCode, number>();

  served({ reused }: Pick<Lease<unknown>, 'reused'>): void {
    this.#served += 1;
    if (reused) this.#reused += 1;
  }

  failed({ code }: PoolError): void {
    this.#failed.set(code, (this.#failed.get(code) ?? 0) + 1);
  }

  verify({ acquires, uses, reuses }: PoolStats): void {
    const { direct, waited, dialed } = acquires;
    hold(direct + waited + dialed === this.#served, () => `${this.#served} served, booked ${JSON.stringify(acquires)}`);
    hold(uses === this.#served, () => `${this.#served} served, ${uses} uses`);
    hold(reuses === this.#reused, () => `${this.#reused} reused, ${reuses} booked`);
    for (const [outcome, code] of OUTCOMES) {
      const seen = this.#failed.get(code) ?? 0;
      hold(acquires[outcome] === seen, () => `${seen} failed with ${code}, ${acquires[outcome]} booked`);
    }
  }
}
