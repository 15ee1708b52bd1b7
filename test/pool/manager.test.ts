import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/index.js';
import {
  ConnectionPoolManager,
  HttpConnectionPool,
  type StreamProtocol,
  WebSocketConnectionPool,
} from '../../src/pool/index.js';
import { setUp, watch } from './harness.js';

describe('a manager of pools', () => {
  it('starts its pools, sums them up, and shuts all of them down under one deadline', async () => {
    const [first, second] = [setUp({ min: 1 }), setUp({ min: 2 })];
    const manager = new ConnectionPoolManager();
    manager.add('rest', first.pool);
    manager.add('orders', second.pool);
    expect(() => manager.add('rest', second.pool)).toThrow(/"rest"/);
    const started = manager.startAll();
    await Promise.all([first.clock.advance(10), second.clock.advance(10)]);
    await started;
    const lease = await second.pool.acquire();
    expect(manager.describe()).toBe(
      'rest: active 0 · idle 1 · pending 0 · opened 1\norders: active 1 · idle 1 · pending 0 · opened 2',
    );
    expect(manager.summary()).toMatchObject({ pools: 2, open: 3, used: 1, opened: 3, uses: 1, endpointsDown: 0 });
    const down = watch(manager.shutdown(100));
    await first.clock.advance(0);
    expect(down.done).toBe(false);
    lease.release();
    await second.clock.advance(0);
    expect(down.value).toBe(true);
    expect(first.factory.open + second.factory.open).toBe(0);
  });

  it('names the pools that could not start, after all were tried', async () => {
    const [good, bad] = [setUp({ min: 1 }), setUp({ min: 1 })];
    bad.factory.behaviour = 'refuse';
    const manager = new ConnectionPoolManager();
    manager.add('good', good.pool);
    manager.add('bad', bad.pool);
    const started = watch(manager.startAll());
    await Promise.all([good.clock.advance(10), bad.clock.advance(10)]);
    expect(started.error).toHaveProperty('message', 'pools that could not start: bad');
    expect(good.pool.stats().idle).toBe(1);
  });

  it('gives sums that add up: of outcomes, of connections, and with the pools one by one', async () => {
    const random = seededRandom('sums');
    const scenes = [setUp({ max: 3 }), setUp({ max: 2, origins: ['a', 'b'] }), setUp({ max: 1, maxPending: 2 })];
    const manager = new ConnectionPoolManager();
    scenes.forEach(({ pool }, index) => manager.add(`pool ${index}`, pool));
    let acquires = 0;
    for (let step = 0; step < 200; step += 1) {
      const { pool, clock, factory } = scenes[random.integer(scenes.length)] ?? expect.unreachable();
      factory.behaviour = random.next() < 0.2 ? 'refuse' : 'open';
      acquires += 1;
      void pool.acquire({ timeoutMs: 50 }).then(
        (lease) => clock.setTimeout(() => lease.release({ broken: random.next() < 0.2 }), random.integer(40)),
        () => {},
      );
      await clock.advance(random.integer(20));
    }
    for (const { clock } of scenes) await clock.advance(1000);
    const { acquires: outcomes, opened, closed, open, dials, dialFailures, dialing, uses, ...rest } = manager.summary();
    const total = (counts: object): number => Object.values(counts).reduce((sum: number, count) => sum + count, 0);
    expect(total(outcomes)).toBe(acquires);
    expect(opened).toBe(open + total(closed));
    expect(dials).toBe(opened + dialFailures + dialing);
    expect(uses).toBe(outcomes.direct + outcomes.waited + outcomes.dialed);
    expect(rest).toMatchObject({ pools: 3, used: 0, pending: 0, endpoints: 4 });
    const each = Object.values(manager.stats());
    expect(each.reduce((sum, stats) => sum + stats.integralsMs.open, 0)).toBeCloseTo(rest.integralsMs.open, 6);
    expect(each.reduce((sum, stats) => sum + stats.idle, 0)).toBe(rest.idle);
    expect(each.reduce((sum, stats) => sum + stats.setupTotalMs, 0)).toBeCloseTo(rest.setupTotalMs, 6);
    expect(rest.failovers).toBeGreaterThan(0);
    expect(each.reduce((sum, stats) => sum + stats.failovers, 0)).toBe(rest.failovers);
    await manager.shutdown(0);
    expect(manager.summary()).toMatchObject({ pools: 0, open: 0 });
  });

  it('takes every kind of pool, and lets go of one on request', async () => {
    const manager = new ConnectionPoolManager();
    const rest = manager.add('rest', new HttpConnectionPool({ origins: ['http://127.0.0.1:9'], max: 1 }));
    const protocol: StreamProtocol = {
      path: '/',
      maxStreamsPerRequest: 1,
      name: 'still',
      requests: { count: 1, perMs: 1000 },
      sequenceOf: () => 'none',
      encodeSubscribe: () => '',
      encodeUnsubscribe: () => '',
      decode: () => ({ kind: 'other' }),
    };
    const sizes = { maxConnections: 1, streamsPerConnection: 1 };
    manager.add('streams', new WebSocketConnectionPool({ origins: ['ws://127.0.0.1:9'], protocol, ...sizes }));
    expect(manager.describe()).toBe(
      'rest: active 0 · idle 0 · pending 0 · opened 0\nstreams: active 0 · idle 0 · pending 0 · opened 0',
    );
    expect(manager.remove('rest')).toBe(rest);
    expect(manager.names).toEqual(['streams']);
    await rest.close();
    expect(await manager.shutdown(100)).toBe(true);
  });

  it('drains all pools even when draining one of them fails, and names it', async () => {
    const { pool, clock } = setUp({ min: 1 });
    const manager = new ConnectionPoolManager();
    const failing = {
      start: async () => {},
      stats: () => pool.stats(),
      drain: () => Promise.reject(new Error('stuck')),
    };
    manager.add('failing', failing);
    manager.add('good', pool);
    await expect(manager.shutdown(100)).rejects.toThrow('pools that could not shut down: failing');
    expect(clock.pendingTimers).toBe(0);
    await expect(pool.acquire()).rejects.toThrow(/closed/);
  });
});
