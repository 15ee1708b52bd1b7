import { expect } from 'vitest';
import { watch } from '../harness.js';
import { borrowed, type KnownBugScene } from './scene.js';
import type { Scenario } from './scenario.js';

async function expectServedAfterCheck({ clock, pool }: KnownBugScene, what: string): Promise<void> {
  const next = watch(pool.acquire({ timeoutMs: 500 }));
  await clock.advance(500);
  expect(next.value?.connection.id, what).toBe(2);
}

export const checkThatThrows: Scenario = {
  name: 'a check that throws costs the caller its acquire, and the pool its connection',
  symptom: 'served with a new connection after a check threw',
  async run(open) {
    const scene = open({ max: 1, checks: true });
    (await borrowed(scene)).release();
    await scene.clock.advance(1000);
    for (const connection of scene.factory.connections) connection.check = 'throw';
    await expectServedAfterCheck(scene, 'served with a new connection after a check threw');
  },
};

export const checkThatHangs: Scenario = {
  name: 'a check that never comes back takes the connection with it, and the caller',
  symptom: 'served with a new connection after a check hung',
  async run(open) {
    const scene = open({ max: 1, checks: true, checkTimeoutMs: 50 });
    (await borrowed(scene)).release();
    await scene.clock.advance(1000);
    for (const connection of scene.factory.connections) connection.check = 'hang';
    await expectServedAfterCheck(scene, 'served with a new connection after a check hung');
  },
};

export const churnBelowMinimum: Scenario = {
  name: 'idle connections are closed below the minimum, and dialled again at once, for ever',
  symptom: 'connections ever opened',
  async run(open) {
    const { clock, factory, pool } = open({ min: 3, max: 5, idleTimeoutMs: 1000 });
    watch(pool.start());
    await clock.advance(60_000);
    expect(factory.connections.length, 'connections ever opened').toBe(3);
  },
};

export const expiredButCounted: Scenario = {
  name: 'a connection closed at the end of its life still counts, and the next acquire finds no room',
  symptom: 'a new connection in place of the expired one',
  async run(open) {
    const scene = open({ max: 1, maxLifetimeMs: 1000 });
    (await borrowed(scene)).release();
    await scene.clock.advance(2000);
    const next = watch(scene.pool.acquire());
    await scene.clock.advance(1000);
    expect(next.value?.connection.id, 'a new connection in place of the expired one').toBe(2);
  },
};

export const deadButLent: Scenario = {
  name: 'a connection that its peer closed is kept, and lent',
  symptom: 'the connection lent after the first died',
  async run(open) {
    const scene = open({ max: 1 });
    (await borrowed(scene)).release();
    scene.factory.connections[0]?.die();
    const next = watch(scene.pool.acquire());
    await scene.clock.advance(10);
    expect(next.value?.connection.id, 'the connection lent after the first died').toBe(2);
  },
};

export const allKeptWarm: Scenario = {
  name: 'every idle connection is used in turn, so that none of them is ever idle for long enough to be closed',
  symptom: 'connections open under a load that needs one',
  async run(open) {
    const scene = open({ max: 4, idleTimeoutMs: 1000 });
    const { clock, factory, pool } = scene;
    const all = [pool.acquire(), pool.acquire(), pool.acquire(), pool.acquire()];
    await clock.advance(10);
    for (const lease of all) (await lease).release();
    for (let use = 0; use < 50; use += 1) {
      const lease = await pool.acquire();
      await clock.advance(100);
      lease.release();
    }
    expect(factory.open, 'connections open under a load that needs one').toBe(1);
  },
};

export const busyBeyondItsLife: Scenario = {
  name: 'a connection that is busy at the end of its life, and whenever anybody looks, lives for ever',
  symptom: 'the connection in use after ten lifetimes',
  async run(open) {
    const scene = open({ max: 1, maxLifetimeMs: 1000 });
    const { clock, pool } = scene;
    let held = await borrowed(scene);
    for (let use = 0; use < 200; use += 1) {
      const next = watch(pool.acquire());
      await clock.advance(50);
      held.release();
      await clock.advance(20);
      if (next.value) held = next.value;
    }
    expect(held.connection.id, 'the connection in use after ten lifetimes').toBeGreaterThan(10);
  },
};

export const wallClockForward: Scenario = {
  name: 'a time of day that is put forward makes connections look old',
  symptom: 'the connection after the time of day was put forward',
  async run(open) {
    const scene = open({ max: 1, idleTimeoutMs: 60_000, maxLifetimeMs: 600_000 });
    (await borrowed(scene)).release();
    scene.jumpWallClock(300_000);
    await scene.clock.advance(1000);
    const lease = await borrowed(scene);
    expect(lease.connection.id, 'the connection after the time of day was put forward').toBe(1);
  },
};

export const wallClockBack: Scenario = {
  name: 'a time of day that is put back makes connections look young',
  symptom: 'connections open after the time of day was put back',
  async run(open) {
    const scene = open({ max: 1, idleTimeoutMs: 60_000 });
    (await borrowed(scene)).release();
    scene.jumpWallClock(-3_600_000);
    await scene.clock.advance(120_000);
    expect(scene.factory.open, 'connections open after the time of day was put back').toBe(0);
  },
};
