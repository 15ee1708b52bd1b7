import { chai, describe, expect, it } from 'vitest';
import { NaivePool } from '../naive-pool.js';
import { dialThatNeverSettles, failingDials, stuckDial } from './dial-scenarios.js';
import * as queue from './queue-scenarios.js';
import type { Scenario } from './scenario.js';
import { borrowed, makePool, scenesOf } from './scene.js';
import * as upkeep from './upkeep-scenarios.js';

/**
 * The well-known bugs of connection pools that one without a protocol can have, by their number in the list of them;
 * 13 and 14 are HTTP's, and there are more sides to 11, 12 and 15 there (http/known-bugs.test.ts).
 */
const KNOWN_BUGS: readonly (readonly [number, Scenario])[] = [
  [1, failingDials],
  [2, upkeep.checkThatThrows],
  [2, upkeep.checkThatHangs],
  [3, dialThatNeverSettles],
  [4, upkeep.churnBelowMinimum],
  [5, queue.acquireAfterClose],
  [6, queue.doubleRelease],
  [7, queue.wakeUpSwallowed],
  [8, queue.limitBetweenWakeUpAndResume],
  [9, queue.newcomerSteals],
  [10, stuckDial],
  [11, upkeep.expiredButCounted],
  [12, queue.signalIgnoredInQueue],
  [15, upkeep.deadButLent],
  [16, upkeep.allKeptWarm],
  [17, upkeep.busyBeyondItsLife],
  [18, queue.pendingNeverDecremented],
  [18, queue.timeoutAfterSuccess],
  [19, upkeep.wallClockForward],
  [19, upkeep.wallClockBack],
];

const openOurs = scenesOf(makePool);
const openNaive = scenesOf((options, clock, factory) => new NaivePool(options, clock, factory));

describe('this pool', () => {
  for (const [number, { name, run }] of KNOWN_BUGS) {
    it(`has not known bug ${number}: ${name}`, () => run(openOurs));
  }
});

describe('a naive pool', () => {
  for (const [number, { name, symptom, run }] of KNOWN_BUGS) {
    it(`is seen to have known bug ${number}: ${name}`, async () => {
      const failure: unknown = await run(openNaive).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(chai.AssertionError);
      expect(failure).toHaveProperty('message', expect.stringMatching(new RegExp(`^${symptom}: `)));
    });
  }

  it('does what a pool is for, as long as nothing goes wrong', async () => {
    const scene = openNaive({ max: 2, min: 1 });
    const { clock, factory, pool } = scene;
    const filled = pool.start();
    await clock.advance(10);
    await filled;
    const [first, second] = [await borrowed(scene), await borrowed(scene)];
    const third = pool.acquire();
    await clock.advance(10);
    expect(factory.open).toBe(2);
    first.release();
    expect((await third).connection.id).toBe(first.connection.id);
    second.release();
    (await third).release();
    await pool.close();
    expect(factory.open).toBe(0);
  });
});
