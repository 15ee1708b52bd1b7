import { expect } from 'vitest';
import { watch } from '../harness.js';
import { borrowed } from './scene.js';
import type { Scenario } from './scenario.js';

export const acquireAfterClose: Scenario = {
  name: 'an acquire after the end waits for its whole timeout',
  symptom: 'refused at once after the end',
  async run(open) {
    const scene = open({ max: 1 });
    await borrowed(scene);
    await scene.pool.close();
    const late = watch(scene.pool.acquire());
    await scene.clock.advance(0);
    expect(late.error, 'refused at once after the end').toBeInstanceOf(Error);
  },
};

export const doubleRelease: Scenario = {
  name: 'a lease released twice gives one connection to two borrowers',
  symptom: 'borrowers of the one connection',
  async run(open) {
    const scene = open({ max: 1 });
    const lease = await borrowed(scene);
    lease.release();
    try {
      lease.release();
    } catch {
      // As it should be.
    }
    const borrowers = [watch(scene.pool.acquire()), watch(scene.pool.acquire())];
    await scene.clock.advance(10);
    expect(borrowers.filter(({ value }) => value !== undefined).length, 'borrowers of the one connection').toBe(1);
  },
};

export const wakeUpSwallowed: Scenario = {
  name: 'a release wakes a waiter who has left, and those behind it sleep on',
  symptom: 'the waiter behind one who left is served',
  async run(open) {
    const scene = open({ max: 1 });
    const held = await borrowed(scene);
    watch(scene.pool.acquire({ timeoutMs: 20 }));
    const stayer = watch(scene.pool.acquire());
    await scene.clock.advance(20);
    held.release();
    await scene.clock.advance(0);
    expect(stayer.value?.connection.id, 'the waiter behind one who left is served').toBe(1);
  },
};

export const limitBetweenWakeUpAndResume: Scenario = {
  name: 'the limit is exceeded by a newcomer between the wake-up of a waiter and its resumption',
  symptom: 'connections of a pool of one',
  async run(open) {
    const scene = open({ max: 1 });
    const held = await borrowed(scene);
    watch(scene.pool.acquire());
    await scene.clock.advance(0);
    held.release();
    watch(scene.pool.acquire());
    await scene.clock.advance(100);
    expect(scene.factory.open, 'connections of a pool of one').toBe(1);
  },
};

export const newcomerSteals: Scenario = {
  name: 'a newcomer takes what was released for those who wait',
  symptom: 'who was served first',
  async run(open) {
    const scene = open({ max: 1 });
    const held = await borrowed(scene);
    const order: string[] = [];
    const borrow = async (name: string): Promise<void> => {
      await scene.pool.acquire();
      order.push(name);
    };
    void borrow('waiter');
    await scene.clock.advance(0);
    held.release();
    void borrow('newcomer');
    await scene.clock.advance(0);
    expect(order, 'who was served first').toEqual(['waiter']);
  },
};

export const signalIgnoredInQueue: Scenario = {
  name: 'the signal of an acquire is not heeded while it waits',
  symptom: 'aborted while it waited',
  async run(open) {
    const scene = open({ max: 1 });
    await borrowed(scene);
    const controller = new AbortController();
    const waiting = watch(scene.pool.acquire({ signal: controller.signal }));
    await scene.clock.advance(5);
    controller.abort();
    await scene.clock.advance(0);
    expect(waiting.error, 'aborted while it waited').toBeInstanceOf(Error);
  },
};

export const pendingNeverDecremented: Scenario = {
  name: 'a waiter who runs out of time keeps its place in the count of those who may wait',
  symptom: 'a place in the queue after another left',
  async run(open) {
    const scene = open({ max: 1, maxPending: 1 });
    await borrowed(scene);
    watch(scene.pool.acquire({ timeoutMs: 10 }));
    await scene.clock.advance(10);
    const next = watch(scene.pool.acquire({ timeoutMs: 10 }));
    await scene.clock.advance(5);
    expect(next.done, 'a place in the queue after another left').toBe(false);
  },
};

export const timeoutAfterSuccess: Scenario = {
  name: 'the timeout of an acquire goes on after it was served',
  symptom: 'timers of a pool that was closed',
  async run(open) {
    const scene = open({ max: 1 });
    const held = await borrowed(scene);
    const next = watch(scene.pool.acquire());
    held.release();
    await scene.clock.advance(10);
    next.value?.release();
    await scene.pool.close();
    expect(scene.clock.pendingTimers, 'timers of a pool that was closed').toBe(0);
  },
};
