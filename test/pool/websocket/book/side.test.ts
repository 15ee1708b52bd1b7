import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BookSide } from '../../../../src/pool/websocket/book/side.js';

const level = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 3 }));

describe.each(['bids', 'asks'] as const)('the %s of a book', (name) => {
  const better = (one: string, other: string): number => (Number(other) - Number(one)) * (name === 'bids' ? 1 : -1);

  it('hold what was set last at each price, best first', () => {
    fc.assert(
      fc.property(fc.array(level), fc.array(level), fc.integer({ min: 1, max: 40 }), (whole, changes, most) => {
        const side = new BookSide(name);
        const expected = new Map<string, string>();
        const first = new Map(
          whole.filter(([, size]) => size > 0).map(([price, size]) => [String(price), `${size}.0`]),
        );
        side.replace([...first]);
        for (const [price, size] of first) expected.set(price, size);
        for (const [price, size] of changes) {
          side.set([String(price), `${size}.0`]);
          if (size === 0) expected.delete(String(price));
          else expected.set(String(price), `${size}.0`);
        }
        const sorted = [...expected].sort(([one], [other]) => better(one, other));
        expect(side.top(100)).toEqual(sorted);
        expect(side.top(2)).toEqual(sorted.slice(0, 2));
        expect([side.size, side.best]).toEqual([sorted.length, sorted[0]]);
        side.trim(most);
        expect(side.top(100)).toEqual(sorted.slice(0, most));
      }),
    );
  });
});

it('an empty side is worse than any price', () => {
  expect(new BookSide('bids').bestPrice).toBe(Number.NEGATIVE_INFINITY);
  expect(new BookSide('asks').bestPrice).toBe(Number.POSITIVE_INFINITY);
  expect(new BookSide('asks').top(0)).toEqual([]);
});
