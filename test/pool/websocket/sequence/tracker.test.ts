import { describe, expect, it } from 'vitest';
import { createTracker, type Sequenced, type SequenceTracker } from '../../../../src/pool/websocket/sequence/index.js';

const ids = (firstId: number, lastId = firstId): Sequenced => ({ firstId, lastId });
const link = (prevId: number, lastId: number): Sequenced => ({ firstId: Math.min(prevId + 1, lastId), lastId, prevId });
const snapshot = (id: number): Sequenced => ({ firstId: id, lastId: id, snapshot: true });

function judgeAll(tracker: SequenceTracker, messages: readonly Sequenced[], feed = 0): unknown[] {
  return messages.map((message) => tracker.judge(message, feed).kind);
}

describe('a contiguous sequence', () => {
  it('tells what follows, what is missing and what was there before', () => {
    const tracker = createTracker('contiguous');
    expect(tracker.judge(ids(5, 7))).toEqual({ kind: 'next' });
    expect(tracker.judge(ids(8, 9))).toEqual({ kind: 'next' });
    expect(tracker.judge(ids(12, 13))).toEqual({ kind: 'gap', lastGoodId: 9, firstGoodId: 12 });
    expect(tracker.judge(ids(10, 11))).toEqual({ kind: 'repeated' });
    expect(tracker.judge(ids(12, 13))).toEqual({ kind: 'repeated' });
    expect(tracker.lastId).toBe(13);
  });

  it('states how much of a message was there before', () => {
    const tracker = createTracker('contiguous');
    tracker.judge(ids(1, 10));
    expect(tracker.judge(ids(8, 12))).toEqual({ kind: 'next', overlap: 3 });
  });

  it('begins anew with the snapshot of a venue that was restarted, each time', () => {
    const tracker = createTracker('contiguous');
    expect(tracker.judge(snapshot(900))).toEqual({ kind: 'reset', firstGoodId: 900, missing: false });
    tracker.judge(ids(901));
    for (let restart = 0; restart < 3; restart += 1) {
      const before = tracker.lastId;
      expect(tracker.judge(snapshot(1))).toEqual({ kind: 'reset', lastGoodId: before, firstGoodId: 1, missing: true });
      expect(judgeAll(tracker, [ids(2), ids(3)])).toEqual(['next', 'next']);
    }
  });

  it('says whether a snapshot jumped over something', () => {
    const tracker = createTracker('contiguous');
    tracker.judge(snapshot(10));
    expect(tracker.judge(snapshot(11))).toMatchObject({ kind: 'reset', missing: false });
    expect(tracker.judge(snapshot(15))).toEqual({ kind: 'reset', lastGoodId: 11, firstGoodId: 15, missing: true });
  });
});

it('a message whose ids are no numbers spoils nothing', () => {
  const tracker = createTracker('contiguous');
  expect(judgeAll(tracker, [ids(Number.NaN), ids(1), ids(Number.NaN), ids(2)])).toEqual([
    'repeated',
    'next',
    'repeated',
    'next',
  ]);
});

describe('a linked sequence', () => {
  it('goes by the id that came before, whatever lies between', () => {
    const tracker = createTracker('linked');
    const messages = [snapshot(100), link(100, 107), link(107, 110), link(120, 125), link(110, 120)];
    expect(judgeAll(tracker, messages)).toEqual(['reset', 'next', 'next', 'gap', 'repeated']);
  });

  it('takes a book that stands still for a sign of life, and an old one for a repetition', () => {
    const tracker = createTracker('linked');
    expect(judgeAll(tracker, [snapshot(7), link(7, 9), link(9, 9), link(9, 9), link(7, 7), link(9, 12)])).toEqual([
      'reset',
      'next',
      'next',
      'next',
      'repeated',
      'next',
    ]);
  });

  it('goes back where the venue links a lower id to a higher one, once', () => {
    const tracker = createTracker('linked');
    tracker.judge(link(1, 900));
    expect(tracker.judge(link(900, 3))).toEqual({ kind: 'reset', lastGoodId: 900, firstGoodId: 3, missing: false });
    expect(judgeAll(tracker, [link(900, 3), link(3, 5), link(900, 3), link(5, 6)])).toEqual([
      'repeated',
      'next',
      'repeated',
      'next',
    ]);
  });

  it('does not go back by a step from before the last one', () => {
    const tracker = createTracker('linked');
    const twice = [link(1, 900), link(900, 3), link(3, 1000), link(1000, 4), link(4, 2000)];
    expect(judgeAll(tracker, twice)).toEqual(['next', 'reset', 'next', 'reset', 'next']);
    expect(tracker.judge(link(900, 3))).toEqual({ kind: 'repeated' });
  });

  it('follows a second connection that is two steps behind one by one, whatever comes twice', () => {
    const tracker = createTracker('linked');
    tracker.judge(link(1, 900), 2);
    judgeAll(tracker, [link(1, 900), link(900, 3), link(3, 50), link(50, 2)], 1);
    const behind = [link(900, 3), link(900, 3), link(3, 50), link(50, 2), link(2, 4)];
    expect(judgeAll(tracker, behind, 2)).toEqual(['repeated', 'repeated', 'repeated', 'repeated', 'next']);
  });

  it('says when something before the venue began anew was missed', () => {
    const tracker = createTracker('linked');
    tracker.judge(link(1, 900));
    expect(tracker.judge(link(905, 3))).toMatchObject({ kind: 'reset', missing: true });
  });

  it('drops a second snapshot of the same state, unless it was asked for', () => {
    const tracker = createTracker('linked');
    expect(judgeAll(tracker, [snapshot(7), snapshot(7)])).toEqual(['reset', 'repeated']);
    tracker.awaitSnapshot();
    expect(judgeAll(tracker, [snapshot(7), snapshot(7), link(7, 8)])).toEqual(['reset', 'repeated', 'next']);
  });
});

describe('rising ids', () => {
  it('show repetition and no loss', () => {
    const tracker = createTracker('rising');
    expect(judgeAll(tracker, [ids(5), ids(90), ids(90), ids(89), ids(91)])).toEqual([
      'next',
      'next',
      'repeated',
      'repeated',
      'next',
    ]);
  });
});

describe('a stream without ids', () => {
  it('is delivered as it comes', () => {
    expect(judgeAll(createTracker('none'), [ids(0), ids(0), ids(0)])).toEqual(['next', 'next', 'next']);
  });

  it('is taken from one feed until it is gone', () => {
    const tracker = createTracker('none');
    expect([1, 2, 1, 2].map((feed) => tracker.judge(ids(0), feed).kind)).toEqual([
      'next',
      'repeated',
      'next',
      'repeated',
    ]);
    tracker.left(1);
    expect(tracker.judge(ids(0), 2)).toEqual({ kind: 'next' });
  });

  it('goes over to the feed that shows the whole state', () => {
    const tracker = createTracker('none');
    tracker.judge(snapshot(0), 1);
    expect(tracker.judge(snapshot(0), 2)).toMatchObject({ kind: 'reset', missing: true });
    expect([1, 2].map((feed) => tracker.judge(ids(0), feed).kind)).toEqual(['repeated', 'next']);
  });
});

describe('a second connection', () => {
  it('is behind: its snapshot and everything that is known are dropped', () => {
    const tracker = createTracker('linked');
    judgeAll(tracker, [snapshot(10), link(10, 20), link(20, 30)], 1);
    expect(judgeAll(tracker, [snapshot(10), link(10, 20), link(20, 30), link(30, 40)], 2)).toEqual([
      'repeated',
      'repeated',
      'repeated',
      'next',
    ]);
    expect(tracker.judge(link(30, 40), 1)).toEqual({ kind: 'repeated' });
  });

  it('fills what the first one lost', () => {
    const tracker = createTracker('contiguous');
    expect([
      tracker.judge(ids(1), 1).kind,
      tracker.judge(ids(1), 2).kind,
      tracker.judge(ids(2), 2).kind,
      tracker.judge(ids(3), 1).kind,
    ]).toEqual(['next', 'repeated', 'next', 'next']);
  });

  it('that has not begun anew yet says nothing that counts, and is in step once it has', () => {
    const tracker = createTracker('contiguous');
    judgeAll(tracker, [snapshot(900), ids(901)], 1);
    judgeAll(tracker, [snapshot(900), ids(901)], 2);
    judgeAll(tracker, [snapshot(1), ids(2)], 1);
    expect(judgeAll(tracker, [ids(902), snapshot(902), snapshot(1), ids(2)], 2)).toEqual([
      'repeated',
      'repeated',
      'repeated',
      'repeated',
    ]);
    tracker.left(1);
    expect(judgeAll(tracker, [ids(3), ids(4)], 2)).toEqual(['next', 'next']);
  });

  it('that begins anew first is followed at once', () => {
    const tracker = createTracker('contiguous');
    judgeAll(tracker, [snapshot(900), ids(901)], 1);
    judgeAll(tracker, [snapshot(900), ids(901), snapshot(1), ids(2)], 2);
    expect(tracker.lastId).toBe(2);
    expect(judgeAll(tracker, [ids(902), snapshot(1), ids(2), ids(3)], 1)).toEqual([
      'repeated',
      'repeated',
      'repeated',
      'next',
    ]);
  });

  it('counts when the first one is gone, however low its numbers are', () => {
    const tracker = createTracker('linked');
    judgeAll(tracker, [snapshot(900), link(900, 901)], 1);
    tracker.left(1);
    expect(tracker.judge(snapshot(5), 2)).toEqual({ kind: 'reset', lastGoodId: 901, firstGoodId: 5, missing: true });
    expect(tracker.judge(link(5, 6), 2)).toEqual({ kind: 'next' });
  });
});
