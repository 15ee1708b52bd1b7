import { describe, expect, it } from 'vitest';
import type { StreamGap } from '../../../../src/pool/websocket/index.js';
import { setUp } from '../harness.js';

describe('a loop that is slow while its connection is lost', () => {
  it.each(['dropOldest', 'dropNewest'] as const)('is told of everything it does not get: %s', async (overflow) => {
    const { clock, venue, pool } = setUp();
    const gaps: StreamGap[] = [];
    const subscription = pool.subscribe('s0', { buffer: { size: 4, overflow }, onGap: (gap) => gaps.push(gap) });
    const loop = subscription[Symbol.asyncIterator]();
    await clock.advance(100);
    const say = (from: number, to: number): void => {
      for (let id = from; id <= to; id += 1) venue.open[0]?.data('s0', id);
    };
    say(1, 2);
    const got = [await loop.next(), await loop.next()].map(({ value }) => value?.lastId);
    say(3, 9);
    venue.open[0]?.drop();
    await clock.advance(3000);
    say(20, 26);
    for (let taken = 0; taken < 4; taken += 1) got.push((await loop.next()).value?.lastId);
    say(27, 28);
    for (let taken = 0; taken < 2; taken += 1) got.push((await loop.next()).value?.lastId);
    expect(got.at(-1)).toBe(28);
    for (let id = 1; id <= 28; id += 1) {
      const told = gaps.some(({ lastGoodId, firstGoodId }) => (lastGoodId ?? 0) < id && id < firstGoodId);
      expect(got.includes(id) || told, `${id}`).toBe(true);
      if (got.includes(id))
        expect(gaps.some((gap) => gap.cause === 'overflow' && (gap.lastGoodId ?? 0) < id && id < gap.firstGoodId)).toBe(
          false,
        );
    }
    expect(got).toEqual([...got].sort((one, other) => Number(one) - Number(other)));
    await pool.close();
    expect(await loop.next()).toEqual({ done: true, value: undefined });
  });

  it('shares its messages among two that wait, and both end with it', async () => {
    const { clock, venue, pool } = setUp();
    const subscription = pool.subscribe('s0');
    const taken: number[] = [];
    const run = async (): Promise<void> => {
      for await (const { lastId } of subscription) taken.push(lastId);
    };
    const loops = [run(), run()];
    await clock.advance(100);
    for (let id = 1; id <= 9; id += 1) venue.open[0]?.data('s0', id);
    await clock.advance(0);
    await pool.close();
    await Promise.all(loops);
    expect(taken.sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
