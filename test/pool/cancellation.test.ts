import { describe, expect, it } from 'vitest';
import type { FakeCheckBehaviour, FakeDialBehaviour } from '../../src/pool/testing.js';
import { acquired, type Scene, setUp, watch } from './harness.js';

const DIALS: readonly FakeDialBehaviour[] = ['open', 'refuse', 'hang', 'manual'];
const CHECKS: readonly FakeCheckBehaviour[] = ['good', 'bad', 'throw', 'hang'];
const CALLERS = 8;

/** Eight callers for two places; each is cancelled at another moment of what a dial and a check take. */
async function cancelEach(scene: Scene, everyMs: number): Promise<void> {
  const { clock, pool } = scene;
  const callers = Array.from({ length: CALLERS }, () => {
    const controller = new AbortController();
    const acquire = watch(pool.acquire({ signal: controller.signal }));
    return { controller, acquire };
  });
  for (const { controller, acquire } of callers) {
    controller.abort();
    await clock.advance(everyMs);
    acquire.value?.release();
  }
  await clock.advance(0);
  for (const { acquire } of callers) expect(acquire.done).toBe(true);
  for (const { acquire } of callers.slice(1)) if (acquire.value) ignoreSecondRelease(acquire.value);
}

// Who was served after its cancellation was looked at gives back now; the others have done so.
function ignoreSecondRelease(lease: Disposable): void {
  lease[Symbol.dispose]();
}

/** Every place can be borrowed, at the same time. */
async function expectUsable({ clock, factory, pool }: Scene): Promise<void> {
  factory.behaviour = 'open';
  for (const connection of factory.connections) connection.check = 'good';
  await clock.advance(5000);
  const both = [watch(pool.acquire()), watch(pool.acquire())];
  await clock.advance(5000);
  expect(both.map(({ done, error }) => ({ done, error }))).toEqual([
    { done: true, error: undefined },
    { done: true, error: undefined },
  ]);
  expect(pool.stats().gauges).toEqual({ open: 2, used: 2, pending: 0, dialing: 0 });
  for (const { value } of both) value?.release();
  await pool.close();
  expect(clock.pendingTimers).toBe(0);
  expect(factory.open).toBe(0);
}

describe('a pool whose callers are cancelled', () => {
  for (const dial of DIALS) {
    for (const check of CHECKS) {
      it(`stays usable when dials ${dial} and checks are ${check}, whenever the callers leave`, async () => {
        for (let everyMs = 0; everyMs <= 12; everyMs += 1) {
          for (const idleBefore of [0, 1, 2]) {
            const scene = setUp({ max: 2, checks: true, checkIdleAfterMs: 50, checkTimeoutMs: 8, dialTimeoutMs: 15 });
            const { clock, factory } = scene;
            factory.checkMs = 3;
            const leases = [];
            for (let i = 0; i < idleBefore; i += 1) leases.push(await acquired(scene, scene.pool));
            for (const lease of leases) lease.release();
            await clock.advance(60);
            factory.behaviour = dial;
            for (const connection of factory.connections) connection.check = check;
            await cancelEach(scene, everyMs);
            await expectUsable(scene);
          }
        }
      });
    }
  }

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
    expect([first.done, second.done]).toEqual([true, false]);
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
