import { describe, expect, it } from 'vitest';
import type { FakeConnector } from '../../../src/pool/testing.js';
import { setUp, watch } from '../harness.js';

/** Refuses the dials of these numbers, from 0. */
function refuse(factory: FakeConnector, which: (dial: number) => boolean): void {
  const connect = factory.connect.bind(factory);
  factory.connect = (...args) => {
    factory.behaviour = which(factory.dials.length) ? 'refuse' : 'open';
    return connect(...args);
  };
}

describe('a warm start', () => {
  it.each([0, 1])('goes on after dial %i of ten is refused, until all are open', async (refused) => {
    const { clock, factory, pool } = setUp({ max: 10, min: 10, maxDialing: 1, failureThreshold: 3 });
    refuse(factory, (dial) => dial === refused);
    const filled = watch(pool.start());
    await clock.advance(90);
    expect(filled.done).toBe(false);
    await clock.advance(200);
    expect(filled).toMatchObject({ done: true, value: undefined });
    expect(pool.stats().gauges.open).toBe(10);
  });

  it('fails at once when nothing is open and every endpoint is out', async () => {
    const { clock, factory, pool } = setUp({ max: 4 });
    factory.behaviour = 'refuse';
    const filled = watch(pool.start('max'));
    await clock.advance(20);
    expect(filled.error).toMatchObject({
      code: 'E_POOL_DIAL',
      message: expect.stringContaining('0 of 4 open after 10 ms: connect ECONNREFUSED a'),
      cause: expect.any(Error),
    });
  });

  it('will do with fewer after the time of an acquire, if they are the minimum', async () => {
    for (const [min, done] of [
      [3, { value: undefined }],
      [4, { error: expect.objectContaining({ message: expect.stringContaining('3 of 10 open after 1000 ms') }) }],
    ] as const) {
      const { clock, factory, pool } = setUp({ max: 10, min, acquireTimeoutMs: 1000 });
      refuse(factory, (dial) => dial >= 3);
      const filled = watch(pool.start('max'));
      await clock.advance(999);
      expect(filled.done).toBe(false);
      await clock.advance(1);
      expect(filled).toMatchObject({ done: true, ...done });
      await pool.close();
      expect(clock.pendingTimers).toBe(0);
    }
  });

  it('wants no more than the endpoints may have', async () => {
    const { clock, pool } = setUp({ max: 10, maxPerEndpoint: 3 });
    const filled = watch(pool.start('max'));
    await clock.advance(20);
    expect(filled).toMatchObject({ done: true, value: undefined });
  });
});

describe('a drain with a limit beyond what a timer can do', () => {
  it('ends at the limit', async () => {
    const { clock, pool } = setUp({ max: 1 });
    const lease = pool.acquire();
    await clock.advance(10);
    await lease;
    const drained = watch(pool.drain(2 ** 32));
    await clock.advance(2 ** 32 - 1);
    expect(drained.done).toBe(false);
    await clock.advance(1);
    expect(drained).toMatchObject({ done: true, value: false });
  });

  it('is refused when it is no limit at all', async () => {
    await expect(setUp().pool.drain(Number.NaN)).rejects.toThrow(/expected withinMs to be milliseconds.*got NaN/);
  });
});
