import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../src/base/index.js';
import { type Feed, FeedMerge, type MergeGap } from '../../../../src/pool/websocket/feed-merge.js';
import type { StreamData } from '../../../../src/pool/websocket/protocol.js';

const messageOf = (id: number): StreamData => ({ kind: 'data', stream: 's', firstId: id, lastId: id, payload: null });

/** Two feeds of a stream: one that is known, and one that has just been acknowledged. */
function twoFeeds(rule: 'rising' | 'contiguous') {
  const clock = new FakeClock();
  const known: Feed = { number: 1, acknowledged: true, joined: false, held: [] };
  const fresh: Feed = { number: 2, acknowledged: true, joined: false, held: [] };
  let feeds: Feed[] = [known];
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
  /** The venue has answered the request to end it. */
  const end = (feed: Feed): void => {
    feeds = feeds.filter((other) => other !== feed);
    merge.ended(feed, true, clock.now());
  };
  return { clock, known, fresh, delivered, gaps, arrive, end };
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

describe('when both connections are left', () => {
  const leave = (feed: Feed): Feed => Object.assign(feed, { leaving: true });

  it('what one holds is delivered though the other, which ends later, never brings it', () => {
    const { clock, known, fresh, delivered, gaps, arrive, end } = twoFeeds('contiguous');
    arrive(fresh, 40);
    leave(known);
    end(leave(fresh));
    arrive(known, 21);
    end(known);
    expect(delivered).toEqual([10, 20, 21, 40]);
    expect(gaps.at(-1)?.lastGoodId).toBe(21);
    expect(clock.pendingTimers).toBe(0);
  });

  it('what the other one brings after all is delivered once, with all that comes before', () => {
    const { known, fresh, delivered, gaps, arrive, end } = twoFeeds('contiguous');
    leave(known);
    arrive(fresh, 22);
    end(leave(fresh));
    arrive(known, 21, 22);
    end(known);
    expect(delivered).toEqual([10, 20, 21, 22]);
    expect(gaps.slice(2)).toEqual([undefined, undefined]);
  });
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
