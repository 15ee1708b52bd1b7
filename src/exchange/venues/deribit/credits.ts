import { PerAddress, TokenBucket } from '../../limits/index.js';
import type { DeribitRules } from './rules.js';

type Pool = 'request' | 'subscribe' | 'instruments';

const POOLS: ReadonlyMap<string, Pool> = new Map([
  ['public/subscribe', 'subscribe'],
  ['private/subscribe', 'subscribe'],
  ['public/get_instruments', 'instruments'],
]);

/** The credits of every client address: one pool for all requests but those that have a pool of their own. */
export class Credits {
  readonly #pools: Readonly<Record<Pool, { readonly cost: number; readonly buckets: PerAddress<TokenBucket> }>>;

  constructor(rules: DeribitRules) {
    const pool = (cost: number, size: number, refillMs: number) => ({
      cost,
      buckets: new PerAddress(() => new TokenBucket(size, refillMs)),
    });
    this.#pools = {
      request: pool(rules.requestCredits, rules.requestPool, rules.requestRefillMs),
      subscribe: pool(rules.subscribeCredits, rules.subscribePool, rules.subscribeRefillMs),
      instruments: pool(rules.instrumentsCredits, rules.instrumentsPool, rules.instrumentsRefillMs),
    };
  }

  /** Pays for a call; the name of the broken rule when there is not enough left. */
  pay(method: string, address: string, nowMs: number): string | undefined {
    const name = POOLS.get(method) ?? 'request';
    const { cost, buckets } = this.#pools[name];
    return buckets.of(address).take(cost, nowMs) ? undefined : `${name}-credits`;
  }
}
