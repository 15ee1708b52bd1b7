import { assert, integer, property, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { common, type IdRanges, sizeOf, without } from '../../src/runner/id-ranges.js';
import { lossOf } from '../../src/runner/stream-ledger.js';
import type { StreamTally } from '../../src/runner/arm/messages.js';
import { launch, served, seen } from './sample.js';

const LOST_AT = { endedBy: 'connection', lostAtMs: 50 } as const;

/** A stream that was cut after id 20, and came back at id 31 on another connection; two of the ids were in flight. */
const CUT = [
  served('a', { fromId: 1, untilId: 21, sent: [[1, 20]], endedAtMs: 50, ...LOST_AT }),
  served('a', { fromId: 31, untilId: 41, sent: [[31, 40]], startedAtMs: 60 }),
];
const SEEN: StreamTally['ids'] = [
  [1, 18],
  [31, 40],
];

describe('the loss of a launch', () => {
  const loss = (facts: Partial<StreamTally>, rows = CUT) =>
    lossOf(launch({ subscriptions: rows, streams: [seen('a', facts)] }));

  it('counts what was due while no connection carried the stream, all of it unreported without gap events', () => {
    expect(loss({ ids: SEEN })).toEqual({ lost: 12, unreported: 12, overReported: 0, inHandover: 0 });
  });

  it('is reported by a gap that covers it', () => {
    expect(loss({ ids: SEEN, gaps: [[19, 30]] })).toEqual({ lost: 12, unreported: 0, overReported: 0, inHandover: 0 });
  });

  it('is unreported where the gap falls short, and over-reported where it reaches too far', () => {
    expect(loss({ ids: SEEN, gaps: [[21, 30]] })).toMatchObject({ unreported: 2, overReported: 0 });
    expect(loss({ ids: SEEN, gaps: [[11, 33]] })).toMatchObject({ unreported: 0, overReported: 11 });
  });

  it('is covered from the begin by a gap before which nothing came', () => {
    const nothingBefore = loss({ ids: [[31, 40]], gaps: [[Number.NEGATIVE_INFINITY, 30]] });
    expect(nothingBefore).toEqual({ lost: 30, unreported: 0, overReported: 0, inHandover: 0 });
  });

  it('shows a client that reports everything all the time', () => {
    const always = loss({ ids: SEEN, gaps: [[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]] });
    expect(always).toMatchObject({ unreported: 0, overReported: 28 });
  });

  it('leaves the end of a stream that no message follows unreported', () => {
    const rows = [served('a', { untilId: 21, sent: [[1, 20]], ...LOST_AT })];
    expect(loss({ ids: [[1, 18]] }, rows)).toMatchObject({ lost: 2, unreported: 2 });
  });

  it('is zero for a stream that was whole', () => {
    expect(loss({}, [served('a')])).toEqual({ lost: 0, unreported: 0, overReported: 0, inHandover: 0 });
  });
});

describe('the loss in a handover', () => {
  const rows = (first: Parameters<typeof served>[1]) => [
    served('a', { fromId: 1, untilId: 21, sent: [[1, 20]], endedAtMs: 50, ...first }),
    served('a', { fromId: 31, untilId: 41, sent: [[31, 40]], startedAtMs: 60 }),
  ];
  const inHandover = (subscriptions: ReturnType<typeof rows>, facts: Partial<StreamTally>) =>
    lossOf(launch({ subscriptions, streams: [seen('a', facts)] })).inHandover;

  it('is what fell due between a connection that was left and the next', () => {
    expect(inHandover(rows({}), { ids: SEEN })).toBe(12);
  });

  it('is what a connection that was well had sent, though another was lost', () => {
    const well = served('a', { fromId: 15, untilId: 31, sent: [[15, 30]], remotePort: 40_002 });
    expect(inHandover([...rows(LOST_AT), well], { ids: SEEN })).toBe(12);
  });

  it('is nothing where the connection was lost', () => {
    expect(inHandover(rows(LOST_AT), { ids: SEEN })).toBe(0);
  });

  it('is nothing after a connection on which data had stopped', () => {
    expect(inHandover(rows({ sent: [[1, 18]] }), { ids: SEEN })).toBe(0);
  });

  it('is nothing of what a fault withheld on a connection that was well', () => {
    const stalled = served('a', {
      untilId: 41,
      sent: [
        [1, 20],
        [31, 40],
      ],
    });
    const ids: StreamTally['ids'] = [
      [1, 20],
      [31, 40],
    ];
    const loss = lossOf(launch({ subscriptions: [stalled], streams: [seen('a', { ids, gaps: [[21, 30]] })] }));
    expect(loss).toEqual({ lost: 10, unreported: 0, overReported: 0, inHandover: 0 });
  });
});

describe('ranges of ids', () => {
  const MOST = 40;
  const ids = uniqueArray(integer({ min: 0, max: MOST }));
  const rangesOf = (members: readonly number[]): IdRanges => {
    const ranges: [number, number][] = [];
    for (const id of members.toSorted((a, b) => a - b)) {
      const tail = ranges.at(-1);
      if (tail?.[1] === id - 1) tail[1] = id;
      else ranges.push([id, id]);
    }
    return ranges;
  };

  it('are cut and taken apart as sets are', () => {
    assert(
      property(ids, ids, (a, b) => {
        const [inBoth, alone] = [a.filter((id) => b.includes(id)), a.filter((id) => !b.includes(id))];
        // Neighbours that come from two ranges may stay two.
        expect(idsOf(common(rangesOf(a), rangesOf(b)))).toEqual(inBoth.toSorted((x, y) => x - y));
        expect(idsOf(without(rangesOf(a), rangesOf(b)))).toEqual(alone.toSorted((x, y) => x - y));
        expect(sizeOf(rangesOf(a))).toBe(a.length);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

function idsOf(ranges: IdRanges): number[] {
  return ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}
