import { expect } from 'vitest';
import { watch } from '../harness.js';
import type { Scenario } from './scenario.js';

const ENDLESS = 1000;

export const failingDials: Scenario = {
  name: 'dials that fail are repeated without a pause, and no timer fires any more',
  symptom: 'dials within 50 ms',
  async run(open) {
    const { clock, factory, pool } = open({ max: 1, dialMs: 0 });
    factory.behaviour = 'refuse';
    const connect = factory.connect.bind(factory);
    // A loop of microtasks would keep the test from ever ending.
    factory.connect = (endpoint, signal) => {
      if (factory.dials.length >= ENDLESS) factory.behaviour = 'hang';
      return connect(endpoint, signal);
    };
    const acquire = watch(pool.acquire({ timeoutMs: 50 }));
    await clock.advance(50);
    expect(factory.dials.length, 'dials within 50 ms').toBeLessThan(10);
    expect(acquire.error, 'the acquire failed at its deadline').toBeInstanceOf(Error);
  },
};

export const dialThatNeverSettles: Scenario = {
  name: 'a dial that never settles takes its place in the pool with it',
  symptom: 'the place is free again',
  async run(open) {
    const { clock, factory, pool } = open({ max: 1, dialTimeoutMs: 100 });
    factory.behaviour = 'hang';
    watch(pool.acquire({ timeoutMs: 50 }));
    await clock.advance(150);
    factory.behaviour = 'open';
    const next = watch(pool.acquire({ timeoutMs: 1000 }));
    await clock.advance(1000);
    expect(next.value?.connection.id, 'the place is free again').toBe(1);
  },
};

export const stuckDial: Scenario = {
  name: 'one dial that is stuck holds up all others that the minimum needs',
  symptom: 'connections beside the stuck dial',
  async run(open) {
    const { clock, factory, pool } = open({ min: 3, max: 3, dialTimeoutMs: 60_000 });
    const connect = factory.connect.bind(factory);
    factory.connect = (endpoint, signal) => {
      factory.behaviour = factory.dials.length === 0 ? 'hang' : 'open';
      return connect(endpoint, signal);
    };
    watch(pool.start());
    await clock.advance(1000);
    expect(factory.open, 'connections beside the stuck dial').toBe(2);
  },
};
