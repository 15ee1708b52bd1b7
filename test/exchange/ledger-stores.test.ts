import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SequenceRanges } from '../../src/base/index.js';
import { EndedRows, RecentRows } from '../../src/exchange/ended-rows.js';
import { FaultStamps } from '../../src/exchange/fault-stamps.js';
import { NamedCounters } from '../../src/exchange/named-counters.js';
import { Ordinals } from '../../src/exchange/ordinals.js';
import { RangeBudget, SentRanges } from '../../src/exchange/sent-ranges.js';

/** First and last ids of messages: mostly going on, sometimes with a gap, late or repeated. */
const messages = fc
  .array(fc.record({ step: fc.integer({ min: -12, max: 6 }), length: fc.integer({ min: 1, max: 4 }) }), {
    maxLength: 80,
  })
  .map((moves) => {
    let next = 20;
    return moves.map(({ step, length }): [number, number] => {
      const first = Math.max(0, step < -8 ? next + step : next + Math.max(0, step - 2));
      next = Math.max(next, first + length);
      return [first, first + length - 1];
    });
  });

describe('the ids sent on a subscription', () => {
  test('are the same set as in the plain ranges while no bound is reached', () => {
    fc.assert(
      fc.property(messages, (sent) => {
        const ranges = new SentRanges(new RangeBudget(1000, 1000));
        const plain = new SequenceRanges();
        for (const [first, last] of sent) {
          ranges.add(first, last);
          plain.add(first, last);
        }
        expect(ranges.ranges).toEqual(plain.ranges);
      }),
    );
  });

  test('are never more ranges than the budget has, and nothing is among them that was not sent', () => {
    fc.assert(
      fc.property(fc.array(messages, { minLength: 1, maxLength: 4 }), (streams) => {
        const budget = new RangeBudget(5, 8);
        const all = streams.map((sent) => {
          const ranges = new SentRanges(budget);
          const plain = new SequenceRanges();
          for (const [first, last] of sent) {
            ranges.add(first, last);
            plain.add(first, last);
            expect(ranges.ranges.length).toBeLessThanOrEqual(5);
            expect(budget.used).toBeLessThanOrEqual(8 + streams.length);
          }
          for (const [first, last] of ranges.ranges) expect(plain.overlap(first, last)).toBe(last - first + 1);
          const starts = ranges.ranges.map(([first]) => first);
          expect(starts).toEqual([...starts].sort((a, b) => a - b));
          return ranges;
        });
        expect(budget.used).toBe(all.reduce((sum, { ranges }) => sum + ranges.length, 0));
        for (const ranges of all) ranges.release();
        expect(budget.used).toBe(0);
      }),
    );
  });

  test('lose the oldest range first, and say how many were lost', () => {
    const budget = new RangeBudget(2, 100);
    const ranges = new SentRanges(budget);
    for (const id of [1, 3, 5, 7]) ranges.add(id, id);
    expect(ranges.ranges).toEqual([
      [5, 5],
      [7, 7],
    ]);
    expect(budget).toMatchObject({ used: 2, dropped: 2 });
  });
});

describe('the ordinals of a remote’s connections', () => {
  test('count from 0 for each remote', () => {
    const ordinals = new Ordinals(10);
    expect(['a', 'b', 'a', 'a', 'b'].map((remote) => ordinals.of(remote))).toEqual([0, 0, 1, 2, 1]);
  });

  test('ascend and are never given out twice, although remotes are forgotten', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 100 }), (remotes) => {
        const ordinals = new Ordinals(2);
        const last = new Map<string, number>();
        for (const remote of remotes) {
          const ordinal = ordinals.of(remote);
          expect(ordinal).toBeGreaterThan(last.get(remote) ?? -1);
          last.set(remote, ordinal);
          expect(ordinals.size).toBeLessThanOrEqual(2);
        }
      }),
    );
  });
});

describe('counters by name', () => {
  test('lose no count, however many names there are', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('a', '__proto__', 'x'.repeat(101)))), (names) => {
        const counters = new NamedCounters(3);
        for (const name of names) counters.count(name);
        const counts = Object.entries(counters.view());
        expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBe(names.length);
        expect(counters.size).toBeLessThanOrEqual(4);
      }),
    );
  });

  test('put what is beyond the bound, or overlong, under one name', () => {
    const counters = new NamedCounters(1);
    for (const name of ['a', 'b', 'a', 'c'.repeat(500)]) counters.count(name);
    expect(counters.view()).toEqual({ a: 2, '(other)': 2 });
  });
});

describe('the stamps of faults', () => {
  const facts = { kind: 'reset', endpoint: 0, injectedAtMs: 1, openAtInjection: 0 } as const;

  test('beyond the bound let go of the oldest that was lifted, not of one that lasts', () => {
    const stamps = new FaultStamps(2);
    stamps.injected({ id: 'lasting', ...facts });
    stamps.injected({ id: 'lifted', ...facts });
    stamps.lifted('lifted', 5);
    stamps.injected({ id: 'new', ...facts });
    stamps.touched('lasting');
    stamps.touched('lifted');
    expect(stamps.view().map(({ id, touched }) => [id, touched])).toEqual([
      ['lasting', 1],
      ['new', 0],
    ]);
    expect(stamps).toMatchObject({ size: 2, dropped: 1 });
  });

  test('let go of the oldest when all of them last', () => {
    const stamps = new FaultStamps(1);
    for (const id of ['a', 'b', 'c']) stamps.injected({ id, ...facts });
    stamps.lifted('a', 3);
    expect(stamps.view().map(({ id, liftedAtMs }) => [id, liftedAtMs])).toEqual([['c', null]]);
    expect(stamps.dropped).toBe(2);
  });
});

describe('rows that ended', () => {
  const weigh = (row: number): number => row;

  test('wait within the bounds of number and weight, and are handed out once', () => {
    const rows = new EndedRows({ rows: 3, weight: 10 }, weigh);
    for (const row of [4, 7, 6, 0, 0]) rows.add(row);
    expect(rows).toMatchObject({ size: 3, weight: 10, dropped: 2 });
    expect(rows.take()).toEqual([4, 6, 0]);
    expect(rows.take()).toEqual([]);
    rows.add(10);
    expect(rows.take()).toEqual([10]);
  });

  test('are kept to be looked at as long as they are among the last', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 12 })), (added) => {
        const recent = new RecentRows({ rows: 3, weight: 10 }, weigh);
        for (const row of added) recent.add(row);
        const { rows, weight } = recent;
        expect(rows).toEqual(added.slice(added.length - rows.length));
        expect(weight).toBe(rows.reduce((sum, row) => sum + row, 0));
        const oneMore = added.at(-rows.length - 1);
        if (oneMore !== undefined) expect(rows.length === 3 || weight + oneMore > 10).toBe(true);
      }),
    );
  });
});
