import { describe, expect, it } from 'vitest';
import { ConnectionPoolManager } from '../../src/pool/index.js';
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
});
