import { describe, expect, it } from 'vitest';
import { acquired, codeOf, setUp, type SetUpOptions, started, watch } from '../harness.js';

// What a program without types may pass.
const untyped = (options: object): SetUpOptions => options;

describe('options', () => {
  it('that are undefined are their defaults', async () => {
    const scene = setUp(
      untyped({
        name: undefined,
        min: undefined,
        acquireTimeoutMs: undefined,
        idleOrder: undefined,
        ejection: { badShare: undefined },
      }),
    );
    expect(scene.pool.name).toBe('pool');
    await started(scene, 'max');
    const lease = await scene.pool.acquire();
    lease.release();
    expect((await scene.pool.acquire()).connectionId).toBe(lease.connectionId);
  });

  it.each<[object, RegExp]>([
    [{ idleOrder: 'LIFO' }, /expected idleOrder to be "lifo" or "fifo", got "LIFO"/],
    [{ balance: 'even' }, /expected balance to be "recent" or "leastLoaded", got "even"/],
    [{ elideDials: 'no' }, /expected elideDials to be true or false, got "no"/],
    [{ acquireTimeoutMs: '5' }, /expected acquireTimeoutMs to be milliseconds of at least 0, got 5/],
    [{ cooldownMs: null }, /expected cooldownMs to be milliseconds of at least 0, got null/],
    [{ ejection: { minAnswers: 0 } }, /expected ejection.minAnswers to be an integer of at least 1, got 0/],
    [{ dialBackoff: { firstMs: Number.NaN } }, /expected dialBackoff.firstMs to be milliseconds/],
    [{ factory: {} }, /expected factory to have connect, close, onClosed/],
    [{ endpoints: undefined }, /expected at least one endpoint/],
  ])('cannot be %o', (options, problem) => {
    const { factory, ...rest } = { factory: undefined, ...options };
    expect(() => setUp(untyped(factory ? options : rest))).toThrow(problem);
  });
});

describe('the time of an acquire', () => {
  it.each([Number.NaN, -5, '10'])('cannot be %s', async (timeoutMs) => {
    const { pool } = setUp();
    const refused = pool.acquire({ timeoutMs: timeoutMs as number });
    await expect(refused).rejects.toThrow(/expected timeoutMs to be milliseconds of at least 0/);
    expect(Object.values(pool.stats().acquires).every((count) => count === 0)).toBe(true);
  });

  it('may be nothing: it fails at once, or is served at once', async () => {
    const { clock, pool } = setUp();
    const failed = watch(pool.acquire({ timeoutMs: 0 }));
    await Promise.resolve();
    await Promise.resolve();
    expect(codeOf(failed)).toBe('E_POOL_TIMEOUT');
    await clock.advance(10);
    expect((await pool.acquire({ timeoutMs: 0 })).connectionId).toBe(1);
  });
});

describe('the text of an acquire that fails', () => {
  it('says during an outage that it is one, whenever the acquire came', async () => {
    const { clock, factory, pool } = setUp({ dialMs: 1, max: 4, acquireTimeoutMs: 100 });
    factory.behaviour = 'refuse';
    for (let i = 0; i < 100; i += 1) {
      watch(pool.acquire());
      await clock.advance(200);
    }
    expect(pool.stats().acquires).toMatchObject({ dialError: 100, timeout: 0 });
  });

  it('blames no dial for a wait for a release, but names the endpoint that is down and why', async () => {
    const scene = setUp({ origins: ['a', 'b'], dialMs: 1, acquireTimeoutMs: 500, cooldownMs: 200 });
    const { clock, factory, pool } = scene;
    factory.behaviours.set('a', 'refuse');
    await Promise.all([pool.start('max'), clock.advance(50)]);
    watch(pool.acquire());
    watch(pool.acquire());
    const late = watch(pool.acquire());
    await clock.advance(500);
    expect(late.error).toMatchObject({
      code: 'E_POOL_TIMEOUT',
      message: expect.stringContaining('down: a (connect ECONNREFUSED a)'),
    });
  });

  it('says what to do when nobody may wait', async () => {
    const scene = setUp({ max: 1, maxPending: 0 });
    await acquired(scene, scene.pool);
    const refused = watch(scene.pool.acquire());
    await scene.clock.advance(0);
    expect(refused.error).toMatchObject({
      code: 'E_POOL_QUEUE_FULL',
      message: expect.stringMatching(/with maxPending 0 nobody waits.*raise max or maxPending/),
    });
  });

  it('tells how many wait when others may', async () => {
    const scene = setUp({ max: 1, maxPending: 2 });
    await acquired(scene, scene.pool);
    const all = [1, 2, 3].map(() => watch(scene.pool.acquire()));
    await scene.clock.advance(0);
    expect(all[2]?.error).toMatchObject({ message: expect.stringContaining('2 wait, maxPending 2') });
  });
});
