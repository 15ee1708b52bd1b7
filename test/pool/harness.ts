import { FakeClock, seededRandom } from '../../src/base/index.js';
import { ConnectionPool, type ConnectionPoolOptions, type Lease, PoolError } from '../../src/pool/index.js';
import { type FakeConnection, FakeConnector } from '../../src/pool/testing.js';

export type SetUpOptions = Partial<ConnectionPoolOptions<FakeConnection>> & {
  readonly origins?: readonly string[];
  readonly dialMs?: number;
  readonly checks?: boolean;
};

export interface Scene {
  readonly clock: FakeClock;
  readonly factory: FakeConnector;
  readonly pool: ConnectionPool<FakeConnection>;
}

/** A pool of at most two fake connections to one endpoint, unless the options say otherwise. */
export function setUp({ origins = ['a'], dialMs = 10, checks = false, ...options }: SetUpOptions = {}): Scene {
  const clock = new FakeClock();
  const factory = new FakeConnector(clock, { dialMs, checks });
  const endpoints = origins.map((origin) => ({ origin }));
  const pool = new ConnectionPool({ max: 2, factory, endpoints, clock, random: seededRandom(1), ...options });
  return { clock, factory, pool };
}

export interface Watched<T> {
  value?: T;
  error?: unknown;
  done: boolean;
}

/** A promise whose state can be looked at. */
export function watch<T>(promise: Promise<T>): Watched<T> {
  const seen: Watched<T> = { done: false };
  promise.then(
    (value) => Object.assign(seen, { value, done: true }),
    (error: unknown) => Object.assign(seen, { error, done: true }),
  );
  return seen;
}

export function codeOf(seen: { error?: unknown }): string | undefined {
  return seen.error instanceof PoolError ? seen.error.code : undefined;
}

export async function acquired<T>({ clock }: Scene, pool: ConnectionPool<T>, ms = 10): Promise<Lease<T>> {
  const lease = pool.acquire();
  await clock.advance(ms);
  return lease;
}

export async function started({ clock, pool }: Scene, to: 'min' | 'max'): Promise<void> {
  const filled = pool.start(to);
  await clock.advance(30);
  await filled;
}
