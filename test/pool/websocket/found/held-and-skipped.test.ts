import { expect, it } from 'vitest';
import { FakeClock } from '../../../../src/base/index.js';
import { type Feed, FeedMerge, type MergeGap } from '../../../../src/pool/websocket/feed-merge.js';
import type { StreamData } from '../../../../src/pool/websocket/protocol.js';

const messageOf = (id: number): StreamData => ({ kind: 'data', stream: 's', firstId: id, lastId: id, payload: null });

/** Two feeds of a stream: one that is known, and one that has just been acknowledged. */
function twoFeeds(rule: 'rising' | 'contiguous') {
  const clock = new FakeClock();
  const known: Feed = { number: 1, acknowledged: true, joined: false, held: [] };
  const fresh: Feed = { number: 2, acknowledged: true, joined: false, held: [] };
  const feeds = [known];
  const delivered: number[] = [];
  const gaps: (MergeGap | undefined)[] = [];
  const merge = new FeedMerge({
    rule,
    clock,
    mergeWaitMs: 500,
    feeds: () => feeds,
    deliver: (message, _nowMs, gap) => {
      delivered.push(message.lastId);
      gaps.push(gap);
    },
    dropped: () => {},
  });
  const arrive = (feed: Feed, ...ids: number[]): void => {
    for (const id of ids) merge.arrived(feed, messageOf(id), clock.now());
  };
  arrive(known, 10, 20);
  feeds.push(fresh);
  return { clock, known, fresh, delivered, gaps, arrive };
}

it('what a fresh connection holds is delivered when the known one leaves it out, with word of a possible loss', () => {
  const { clock, known, fresh, delivered, gaps, arrive } = twoFeeds('rising');
  arrive(fresh, 40, 50);
  expect(delivered).toEqual([10, 20]);
  arrive(known, 60);
  expect(delivered).toEqual([10, 20, 40, 50, 60]);
  expect(gaps.map((gap) => gap?.unknownLoss === true)).toEqual([false, false, true, false, false]);
  expect(clock.pendingTimers).toBe(0);
});

it('so it is where ids count, and the gaps are those that are left', () => {
  const { known, fresh, delivered, gaps, arrive } = twoFeeds('contiguous');
  arrive(known, 21);
  arrive(fresh, 40, 41);
  arrive(known, 60);
  expect(delivered).toEqual([10, 20, 21, 40, 41, 60]);
  expect(gaps.map((gap) => gap?.lastGoodId)).toEqual([undefined, 10, undefined, 21, undefined, 41]);
});

it('what both connections bring is delivered once, and nothing is told', () => {
  const { clock, known, fresh, delivered, gaps, arrive } = twoFeeds('rising');
  arrive(fresh, 40, 50);
  arrive(known, 30, 40, 50);
  arrive(fresh, 60);
  arrive(known, 60);
  expect(delivered).toEqual([10, 20, 30, 40, 50, 60]);
  expect(gaps.every((gap) => gap === undefined)).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});
