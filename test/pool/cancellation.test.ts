import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CancelledCallers, type Cancellation, type Gates } from './cancelled-callers.js';
import { COURSES } from './gated-connector.js';
import { acquired, setUp, watch } from './harness.js';

const TURNS = 4;
const TIMEOUTS_MS = [0, 1, 2, 3, 4, 5, 6, 8, 11];

const ALL_GATES: readonly Gates[] = COURSES.flatMap((connect) =>
  COURSES.flatMap((check) =>
    COURSES.flatMap((handOver) => COURSES.map((close) => ({ connect, check, handOver, close }))),
  ),
);

/** Runs the callers of one pool with every cancellation that `next` gives; it hears how many steps the last run took. */
async function cancelled(gates: Gates, next: (run: number, steps: number) => Cancellation | undefined): Promise<void> {
  const callers = new CancelledCallers(gates);
  let steps = Number.POSITIVE_INFINITY;
  for (let run = 0; ; run += 1) {
    const cancellation = next(run, steps);
    if (!cancellation) break;
    try {
      steps = await callers.run(run % 3, cancellation);
    } catch (error) {
      throw new Error(`${JSON.stringify({ gates, cancellation })}: ${String(error)}`, { cause: error });
    }
  }
  await callers.close();
}

// After deadpool's test of cancellation: every course of every gate, and a cancellation at every step between them.
describe('eight callers for two places', () => {
  let thrown = 0;

  beforeEach(() => {
    thrown = 0;
    // A close that throws is to surface as an uncaught error of the program, which here is no error of the test.
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => {
      void Promise.resolve()
        .then(task)
        .catch(() => (thrown += 1));
    });
  });

  it('leave a whole pool when one or all of them are cancelled at any step', async () => {
    for (const [index, gates] of ALL_GATES.entries()) {
      await cancelled(gates, (run, steps) => {
        const turn = index + run;
        const victims = turn % (2 * TURNS) < TURNS ? 'one' : 'all';
        return run < steps ? { atStep: run, turns: turn % TURNS, victims } : undefined;
      });
    }
    expect(thrown).toBeGreaterThan(0);
  }, 60_000);

  it('leave a whole pool when they run out of time at any moment', async () => {
    for (const gates of ALL_GATES) {
      await cancelled(gates, (run) => {
        const timeoutMs = TIMEOUTS_MS[run];
        return timeoutMs === undefined ? undefined : { timeoutMs };
      });
    }
    expect(thrown).toBeGreaterThan(0);
  }, 60_000);
});

describe('a pool whose callers are cancelled', () => {
  it('books a cancelled caller as aborted, and one that was served first as served', async () => {
    const scene = setUp({ max: 1 });
    const { clock, pool } = scene;
    const held = await acquired(scene, pool);
    const controller = new AbortController();
    const served = watch(pool.acquire({ signal: controller.signal }));
    const cancelled = watch(pool.acquire({ signal: controller.signal }));
    held.release();
    controller.abort();
    await clock.advance(0);
    expect([served.value?.connectionId, cancelled.value]).toEqual([1, undefined]);
    expect(pool.stats().acquires).toMatchObject({ waited: 1, aborted: 1 });
  });
});

describe('a connection handed over', () => {
  it('belongs to its borrower from that moment on, even before the borrower has heard of it', async () => {
    const scene = setUp({ max: 1, maxPending: 1 });
    const { clock, pool } = scene;
    const held = await acquired(scene, pool);
    const first = watch(pool.acquire());
    held.release();
    // Between wake-up and resume of the first: no second borrower, no second connection, and the limit holds.
    expect(pool.tryAcquire()).toBeUndefined();
    const second = watch(pool.acquire());
    expect(pool.describe()).toBe('active 1 · idle 0 · pending 1 · opened 1');
    await clock.advance(0);
    expect([first.value?.connectionId, second.done]).toEqual([1, false]);
  });

  it('and not used is closed once when it dies before the borrower has heard of it', async () => {
    const scene = setUp({ max: 1 });
    const { clock, factory, pool } = scene;
    const held = await acquired(scene, pool);
    const next = watch(pool.acquire());
    held.release();
    factory.connections[0]?.die();
    await clock.advance(0);
    next.value?.release();
    expect(pool.stats()).toMatchObject({ closed: { broken: 1 }, gauges: { open: 0, used: 0 } });
  });
});
