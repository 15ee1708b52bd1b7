import { vi } from 'vitest';
import { FakeClock, seededRandom } from '../../../src/base/index.js';
import { ConnectionPool } from '../../../src/pool/index.js';
import { type FakeConnection, FakeConnector } from '../../../src/pool/testing.js';

/** What the scenarios ask of a lease, and of a pool; little enough for a naive one to have it. */
export interface LeaseUnderTest {
  readonly connection: FakeConnection;
  release(): void;
}

export interface AcquireUnderTest {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface PoolUnderTest {
  start(): Promise<void>;
  acquire(options?: AcquireUnderTest): Promise<LeaseUnderTest>;
  close(): Promise<void>;
}

/** Settings that both pools know, and what the fake connector does; durations in milliseconds. */
export interface SceneOptions {
  readonly max: number;
  readonly min?: number;
  readonly maxPending?: number;
  readonly idleTimeoutMs?: number;
  readonly maxLifetimeMs?: number;
  readonly dialTimeoutMs?: number;
  readonly checkIdleAfterMs?: number;
  readonly checkTimeoutMs?: number;
  readonly dialMs?: number;
  readonly checks?: boolean;
}

/** A pool and the world around it, which is all that a scenario goes by: it never asks the pool for its own counts. */
export interface KnownBugScene {
  readonly clock: FakeClock;
  readonly factory: FakeConnector;
  readonly pool: PoolUnderTest;
  /** Moves the time of day, and nothing else. */
  jumpWallClock(byMs: number): void;
}

export type MakePool = (options: SceneOptions, clock: FakeClock, factory: FakeConnector) => PoolUnderTest;
export type OpenPool = (options: SceneOptions) => KnownBugScene;

/** Makes a scene of each pool that a scenario opens. The time of day is the fake clock's until a scenario moves it. */
export function scenesOf(make: MakePool): OpenPool {
  return (options) => {
    const clock = new FakeClock();
    const factory = new FakeConnector(clock, { dialMs: options.dialMs ?? 10, checks: options.checks ?? false });
    let aheadMs = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => clock.now() + aheadMs);
    const jumpWallClock = (byMs: number): void => {
      aheadMs += byMs;
    };
    return { clock, factory, pool: make(options, clock, factory), jumpWallClock };
  };
}

/** The pool of this package. */
export const makePool: MakePool = ({ dialMs: _dialMs, checks: _checks, ...options }, clock, factory) =>
  new ConnectionPool({ ...options, endpoints: [{ origin: 'a' }], factory, clock, random: seededRandom(1) });

/** Acquires and moves the clock on; for what must succeed in any pool. */
export async function borrowed({ clock, pool }: KnownBugScene, ms = 10): Promise<LeaseUnderTest> {
  const lease = pool.acquire();
  await clock.advance(ms);
  return lease;
}
