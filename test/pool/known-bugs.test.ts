import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/base/index.js';
import { ConnectionPool, type PoolEvent } from '../../src/pool/index.js';
import { type FakeConnection, FakeConnector } from '../../src/pool/testing.js';
import { acquired, codeOf, setUp, started, watch } from './harness.js';

// Faults that other pools have or had; the name of each test says what must not happen here.
describe('a pool whose dials fail', () => {
  it('pauses between failing dials, and still keeps the deadline of the acquire', async () => {
    const { clock, factory, pool } = setUp({ dialMs: 0, acquireTimeoutMs: 50 });
    factory.behaviour = 'refuse';
    const acquire = watch(pool.acquire());
    await clock.advance(50);
    expect(codeOf(acquire)).toBe('E_POOL_DIAL');
    expect(acquire.error).toHaveProperty('cause.message', 'connect ECONNREFUSED a');
    expect(factory.dials.length).toBeLessThan(8);
    expect(pool.stats().acquires).toMatchObject({ dialError: 1, timeout: 0 });
  });

  it('pauses for longer each time, up to a limit', async () => {
    const { clock, factory, pool } = setUp({ min: 1, max: 1, dialMs: 0, dialBackoff: { firstMs: 10, maxMs: 80 } });
    factory.behaviour = 'refuse';
    const filled = watch(pool.start());
    await clock.advance(2000);
    expect(codeOf(filled)).toBe('E_POOL_DIAL');
    const gaps = factory.dials.slice(1).map(({ atMs }, index) => atMs - (factory.dials[index]?.atMs ?? 0));
    for (const [index, gap] of gaps.entries()) {
      expect(gap).toBeGreaterThanOrEqual(1);
      expect(gap).toBeLessThanOrEqual(Math.min(80, 10 * 2 ** index));
    }
    // Full jitter: anywhere below the ceiling, so half of it on average.
    const settled = gaps.slice(3);
    expect(settled.reduce((sum, gap) => sum + gap, 0) / settled.length).toBeGreaterThan(30);
    expect(settled.reduce((sum, gap) => sum + gap, 0) / settled.length).toBeLessThan(50);
    expect(Math.min(...settled)).toBeLessThan(20);
    expect(gaps.length).toBeGreaterThan(20);
  });

  it('loses one place for the dial timeout to a dial that never settles, and no longer', async () => {
    const scene = setUp({ max: 1, dialTimeoutMs: 100, acquireTimeoutMs: 1000 });
    scene.factory.behaviour = 'hang';
    const acquire = watch(scene.pool.acquire());
    await scene.clock.advance(99);
    expect(scene.factory.dials).toHaveLength(1);
    scene.factory.behaviour = 'open';
    await scene.clock.advance(30);
    expect(acquire.done).toBe(true);
    expect(scene.pool.describe()).toBe('active 1 · idle 0 · pending 0 · opened 1');
  });

  it('fills up beside a dial that is stuck', async () => {
    const { clock, factory, pool } = setUp({ min: 3, max: 3, failureThreshold: 2 });
    factory.behaviour = 'manual';
    const filled = watch(pool.start());
    factory.dials[1]?.open();
    factory.dials[2]?.open();
    await clock.advance(0);
    expect(pool.describe()).toBe('active 0 · idle 2 · pending 0 · opened 2 · dialing 1');
    expect(filled.done).toBe(false);
    await clock.advance(5000);
    expect(filled).toEqual({ done: true, value: undefined });
    expect(pool.stats().gauges.open).toBe(2);
  });

  it('closes a connection that arrives after its dial was given up', async () => {
    const { clock, factory, pool } = setUp({ max: 1, dialTimeoutMs: 100, acquireTimeoutMs: 100 });
    factory.behaviour = 'manual';
    const acquire = watch(pool.acquire());
    await clock.advance(100);
    factory.dials[0]?.open();
    await clock.advance(0);
    expect(acquire.done).toBe(true);
    expect(factory.connections[0]?.closedFor).toBe('shutdown');
    expect(pool.stats()).toMatchObject({ opened: 0, dialFailures: 1 });
  });

  it('does not redial without a pause what is accepted and dropped at once', async () => {
    const { clock, factory, pool } = setUp({ min: 1, max: 1, dialMs: 0 });
    pool.on((event) => {
      if (event.kind === 'opened') event.connection.die();
    });
    const filled = watch(pool.start());
    await clock.advance(1000);
    expect(filled.done).toBe(true);
    expect(factory.dials.length).toBeLessThan(15);
  });

  it('goes on filling to its minimum after the first fill failed', async () => {
    const { clock, factory, pool } = setUp({ min: 2, max: 2, dialMs: 0, cooldownMs: 100 });
    factory.behaviour = 'refuse';
    const filled = watch(pool.start());
    await clock.advance(500);
    expect(codeOf(filled)).toBe('E_POOL_DIAL');
    factory.behaviour = 'open';
    await clock.advance(5000);
    expect(pool.describe()).toBe('active 0 · idle 2 · pending 0 · opened 2');
  });

  it('starts although some dials fail, as long as one succeeds', async () => {
    const scene = setUp({ origins: ['a', 'b'], min: 2, max: 4 });
    scene.factory.behaviours.set('a', 'refuse');
    await started(scene, 'min');
    await scene.clock.advance(10);
    expect(scene.factory.connections.map(({ origin }) => origin)).toEqual(['b', 'b']);
  });
});

describe('a pool that checks its connections', () => {
  for (const behaviour of ['bad', 'throw', 'hang'] as const) {
    it(`survives a check that goes wrong (${behaviour}) and serves with a new connection`, async () => {
      const scene = setUp({ max: 1, checks: true, checkIdleAfterMs: 100, checkTimeoutMs: 50, acquireTimeoutMs: 200 });
      const { clock, factory, pool } = scene;
      (await acquired(scene, pool)).release();
      await clock.advance(200);
      const [first] = factory.connections;
      if (first) first.check = behaviour;
      const acquire = watch(pool.acquire());
      await clock.advance(60);
      expect(acquire.value?.connectionId).toBe(2);
      expect(first?.closedFor).toBe('broken');
      expect(pool.stats().acquires).toMatchObject({ dialed: 2, direct: 0 });
    });
  }

  it('counts an idle connection that passed its check as a hit, and skips the check soon after a use', async () => {
    const scene = setUp({ max: 1, checks: true, checkIdleAfterMs: 100 });
    const { clock, factory, pool } = scene;
    factory.checkMs = 5;
    (await acquired(scene, pool)).release();
    await clock.advance(50);
    (await pool.acquire()).release();
    await clock.advance(101);
    const checked = watch(pool.acquire());
    expect(pool.describe()).toBe('active 0 · idle 0 · pending 1 · opened 1 · checking 1');
    await clock.advance(5);
    expect(checked.done).toBe(true);
    expect(pool.stats().acquires).toMatchObject({ dialed: 1, direct: 2 });
  });

  it('checks a connection for each waiter at the same time', async () => {
    const scene = setUp({ max: 3, checks: true, checkIdleAfterMs: 100 });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    factory.checkMs = 5;
    await clock.advance(200);
    const acquires = [1, 2, 3].map(() => watch(pool.acquire()));
    expect(pool.describe()).toBe('active 0 · idle 0 · pending 3 · opened 3 · checking 3');
    await clock.advance(5);
    expect(acquires.map(({ done }) => done)).toEqual([true, true, true]);
  });

  it('gives a waiter the connection that comes first, be it another than the one checked for it', async () => {
    const scene = setUp({ max: 2, checks: true, checkIdleAfterMs: 100, checkTimeoutMs: 1000 });
    const { clock, factory, pool } = scene;
    await started(scene, 'max');
    const held = await pool.acquire();
    await clock.advance(200);
    for (const connection of factory.connections) connection.check = 'hang';
    const acquire = watch(pool.acquire());
    await clock.advance(10);
    held.release();
    await clock.advance(0);
    expect(acquire.value?.connectionId).toBe(held.connectionId);
  });
});

describe('a pool that closes what it does not need', () => {
  it('never closes idle connections below its minimum, so nothing churns', async () => {
    const scene = setUp({ min: 3, max: 5, idleTimeoutMs: 1000 });
    await started(scene, 'max');
    await scene.clock.advance(60_000);
    expect(scene.pool.stats()).toMatchObject({ opened: 5, closed: { idle: 2 }, idle: 3 });
  });

  it('lets the connections age that the load does not need', async () => {
    const scene = setUp({ max: 4, idleTimeoutMs: 1000 });
    const { clock, pool } = scene;
    await started(scene, 'max');
    for (let i = 0; i < 30; i += 1) {
      const lease = await pool.acquire();
      await clock.advance(50);
      lease.release();
    }
    expect(pool.stats()).toMatchObject({ idle: 1, closed: { idle: 3 } });
  });

  it('replaces a connection at the end of its life, a busy one when it comes back', async () => {
    const scene = setUp({ min: 2, max: 2, maxLifetimeMs: 1000 });
    const { clock, pool } = scene;
    await started(scene, 'min');
    const busy = await pool.acquire();
    await clock.advance(1100);
    expect(pool.stats()).toMatchObject({ closed: { lifetime: 1 }, opened: 3, gauges: { open: 2, used: 1 } });
    busy.release();
    await clock.advance(20);
    expect(pool.stats()).toMatchObject({ closed: { lifetime: 2 }, opened: 4, idle: 2 });
  });

  it('does not count a connection at the end of its life against the limit of the next acquire', async () => {
    const scene = setUp({ max: 1, maxLifetimeMs: 1000 });
    (await acquired(scene, scene.pool)).release();
    await scene.clock.advance(1001);
    const next = watch(scene.pool.acquire());
    await scene.clock.advance(10);
    expect(next.value?.connectionId).toBe(2);
  });

  it('drops a connection that its peer closed, and dials anew', async () => {
    const scene = setUp({ max: 1 });
    (await acquired(scene, scene.pool)).release();
    scene.factory.connections[0]?.die();
    expect(scene.pool.describe()).toBe('active 0 · idle 0 · pending 0 · opened 1');
    expect((await acquired(scene, scene.pool)).connectionId).toBe(2);
  });
});

describe('a pool with waiters', () => {
  it('passes a release on when the waiter it would have gone to has left', async () => {
    const scene = setUp({ max: 1 });
    const { clock, pool } = scene;
    const held = await acquired(scene, pool);
    const controller = new AbortController();
    const leaver = watch(pool.acquire({ signal: controller.signal }));
    const stayer = watch(pool.acquire());
    held.release();
    controller.abort();
    leaver.value?.release();
    await clock.advance(0);
    // The release was handed over before the abort; the one who got it gives it on.
    leaver.value?.release();
    await clock.advance(0);
    expect(leaver.value ?? leaver.error).toBeDefined();
    expect(stayer.done).toBe(true);
  });

  it('keeps every place usable through cancellation at each point of a dial', async () => {
    for (let cancelAtMs = 0; cancelAtMs <= 12; cancelAtMs += 2) {
      const { clock, pool } = setUp({ max: 2 });
      const controller = new AbortController();
      for (let i = 0; i < 8; i += 1)
        watch(pool.acquire({ signal: controller.signal }).then((lease) => lease.release()));
      await clock.advance(cancelAtMs);
      controller.abort();
      const after = [watch(pool.acquire()), watch(pool.acquire())];
      await clock.advance(20);
      expect(after.map(({ done }) => done)).toEqual([true, true]);
    }
  });

  it('keeps a dial whose waiter was served by a release, for the next', async () => {
    const scene = setUp({ max: 2 });
    const { clock, pool } = scene;
    const held = await acquired(scene, pool);
    const waiter = watch(pool.acquire());
    held.release();
    await clock.advance(10);
    expect(waiter.value?.connectionId).toBe(held.connectionId);
    expect(pool.describe()).toBe('active 1 · idle 1 · pending 0 · opened 2');
    expect(pool.stats().acquires).toMatchObject({ dialed: 1, waited: 1 });
  });

  it('reaches neither timeout nor signal once served', async () => {
    const scene = setUp({ max: 1 });
    const { clock, pool } = scene;
    const controller = new AbortController();
    const acquire = watch(pool.acquire({ timeoutMs: 20, signal: controller.signal }));
    await clock.advance(10);
    controller.abort();
    await clock.advance(100);
    expect(acquire.value?.connectionId).toBe(1);
    expect(pool.stats().acquires).toMatchObject({ dialed: 1, timeout: 0, aborted: 0 });
  });

  it('applies the deadline and the signal while the acquire is queued', async () => {
    const scene = setUp({ max: 1 });
    const { clock, pool } = scene;
    await acquired(scene, pool);
    const controller = new AbortController();
    const timed = watch(pool.acquire({ timeoutMs: 100 }));
    const aborted = watch(pool.acquire({ signal: controller.signal }));
    controller.abort();
    await clock.advance(0);
    expect(codeOf(aborted)).toBe('E_POOL_ABORTED');
    await clock.advance(99);
    expect(timed.done).toBe(false);
    await clock.advance(1);
    expect(codeOf(timed)).toBe('E_POOL_TIMEOUT');
    expect(pool.stats().gauges.pending).toBe(0);
  });

  it('fails at once when it may keep nobody waiting, but dials while there is room', async () => {
    const { clock, pool } = setUp({ max: 2, maxPending: 0 });
    const dialled = [watch(pool.acquire()), watch(pool.acquire())];
    const refused = watch(pool.acquire());
    await clock.advance(0);
    expect(codeOf(refused)).toBe('E_POOL_QUEUE_FULL');
    await clock.advance(10);
    expect(dialled.map(({ done }) => done)).toEqual([true, true]);
  });

  it('takes new waiters after others have left a full queue', async () => {
    const scene = setUp({ max: 1, maxPending: 1 });
    const { clock, pool } = scene;
    await acquired(scene, pool);
    for (let i = 0; i < 5; i += 1) {
      const waiter = watch(pool.acquire({ timeoutMs: 10 }));
      await clock.advance(10);
      expect(codeOf(waiter)).toBe('E_POOL_TIMEOUT');
    }
  });

  it('dials for one waiter while another holds a connection', async () => {
    const scene = setUp({ max: 3, dialMs: 100 });
    const { clock, pool } = scene;
    const held = await acquired(scene, pool, 100);
    const slow = watch(pool.acquire());
    held.release();
    await clock.advance(0);
    expect(slow.done).toBe(true);
    expect(pool.stats().gauges.dialing).toBe(1);
  });
});

describe('a lease', () => {
  it('cannot be released twice, and its connection goes to one borrower only', async () => {
    const scene = setUp({ max: 1 });
    const { clock, pool } = scene;
    const lease = await acquired(scene, pool);
    const [first, second] = [watch(pool.acquire()), watch(pool.acquire())];
    lease.release();
    expect(() => lease.release()).toThrow(/lease 1 of connection 1 was released before/);
    await clock.advance(0);
    expect([first.done, second.done]).toEqual([true, false]);
  });

  it('may be released after its connection died or its pool was closed', async () => {
    const scene = setUp({ max: 2 });
    const { clock, factory, pool } = scene;
    const [one, two] = [pool.acquire(), pool.acquire()];
    await clock.advance(10);
    factory.connections[0]?.die();
    expect(pool.describe()).toBe('active 1 · idle 0 · pending 0 · opened 2');
    (await one).release();
    await pool.close();
    (await two).release();
    expect(pool.describe()).toBe('active 0 · idle 0 · pending 0 · opened 2');
    expect(pool.stats().closed).toEqual({ broken: 1, shutdown: 1 });
  });
});

describe('a pool at its end', () => {
  it('refuses at once after it was closed, and tells those who waited', async () => {
    const scene = setUp({ max: 1 });
    const { clock, pool } = scene;
    await acquired(scene, pool);
    const waiting = watch(pool.acquire());
    await pool.close();
    const late = watch(pool.acquire());
    await clock.advance(0);
    expect([waiting, late].map(codeOf)).toEqual(['E_POOL_CLOSED', 'E_POOL_CLOSED']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('drains: serves those who wait, takes nobody new, and says that all came back', async () => {
    const scene = setUp({ max: 1 });
    const { clock, factory, pool } = scene;
    const held = await acquired(scene, pool);
    const waiting = watch(pool.acquire());
    const drained = watch(pool.drain(1000));
    const refused = watch(pool.acquire());
    held.release();
    await clock.advance(0);
    expect(codeOf(refused)).toBe('E_POOL_CLOSED');
    expect(drained.done).toBe(false);
    waiting.value?.release();
    await clock.advance(0);
    expect(drained.value).toBe(true);
    expect(factory.open).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('closes what is still on loan at the drain deadline', async () => {
    const scene = setUp({ max: 2 });
    const { clock, factory, pool } = scene;
    await acquired(scene, pool);
    const drained = watch(pool.drain(1000));
    await clock.advance(999);
    expect(drained.done).toBe(false);
    await clock.advance(1);
    expect(drained.value).toBe(false);
    expect(factory.open).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('closes a dial that succeeds after it was closed', async () => {
    const { clock, factory, pool } = setUp();
    factory.behaviour = 'manual';
    const acquire = watch(pool.acquire());
    await pool.close();
    expect(factory.dials[0]?.signal.aborted).toBe(true);
    factory.dials[0]?.open();
    await clock.advance(0);
    expect(codeOf(acquire)).toBe('E_POOL_CLOSED');
    expect(factory.open).toBe(0);
    expect(pool.stats().gauges).toEqual({ open: 0, used: 0, pending: 0, dialing: 0 });
  });
});

describe('options', () => {
  it('are refused with everything that is wrong with them', () => {
    const clock = new FakeClock();
    const factory = new FakeConnector(clock);
    const make = (): unknown => new ConnectionPool({ endpoints: [], factory, min: 3, max: 2, idleTimeoutMs: -1 });
    expect(make).toThrow(/at least one endpoint.*min 3 is above max 2.*idleTimeoutMs.*-1/);
  });
});

describe('events', () => {
  it('tell the life of a connection in order', async () => {
    const scene = setUp({ max: 1 });
    const seen: string[] = [];
    scene.pool.on((event: PoolEvent<FakeConnection>) => seen.push(`${event.atMs} ${event.kind}`));
    const lease = await acquired(scene, scene.pool);
    lease.release({ broken: true, endpointFailed: true });
    expect(seen).toEqual(['0 dialing', '10 opened', '10 endpointDown', '10 closed']);
  });
});
