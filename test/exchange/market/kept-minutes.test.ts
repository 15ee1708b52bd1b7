import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bar, BarSum } from '../../../src/exchange/market/bar.js';
import { KEPT_MINUTES, KeptMinutes } from '../../../src/exchange/market/kept-minutes.js';
import { join } from './reference/candles.js';

/** Minutes one after the other, some of them quiet; ids begin at 100. */
const minutes = fc
  .array(fc.record({ ticks: fc.integer({ min: 1, max: 50 }), trades: fc.nat(3) }), { minLength: 1, maxLength: 150 })
  .map((list) => {
    let nextId = 100;
    return list.map(({ ticks, trades }): Bar => {
      const sums = { lots: trades * 7, value: trades * ticks * 7.3, takerLots: trades, takerValue: trades * ticks };
      const prices = { open: ticks, high: ticks + trades, low: ticks - trades, close: ticks + 1 };
      return { ...prices, ...sums, firstTradeId: nextId, endTradeId: (nextId += trades) };
    });
  });

describe('kept minutes', () => {
  it('join a run to a bar as one after the other does, also to an estimate whose ids overlap theirs', () => {
    const estimate = fc.tuple(fc.integer({ min: 90, max: 120 }), fc.nat(6));
    fc.assert(
      fc.property(minutes, estimate, fc.nat(), (bars, [firstTradeId, trades], pick) => {
        const kept = new KeptMinutes();
        for (const [i, bar] of bars.entries()) kept.add(i, bar);
        const before: Bar = { ...bars.at(0)!, firstTradeId, endTradeId: firstTradeId + trades };
        const place = pick % bars.length;
        const sum = BarSum.from(before);
        kept.join(sum, place, bars.length - place);
        expect(sum).toEqual(bars.slice(place).reduce(join, before));
        expect(kept.read(place)).toEqual(bars.at(place));
      }),
    );
  });

  it('go in the order in which they came, whatever their numbers', () => {
    fc.assert(
      fc.property(minutes, fc.integer({ min: 1, max: 999 }), ([bar], stride) => {
        const kept = new KeptMinutes();
        const numbers = Array.from({ length: 2 * KEPT_MINUTES }, (_, i) => (i * stride * 3001) % 1_000_003);
        const gone = numbers.map((minute) => kept.add(minute, { ...bar!, open: minute }));
        expect(gone).toEqual(numbers.map((_, i) => numbers[i - KEPT_MINUTES]));
        for (const minute of numbers.slice(KEPT_MINUTES)) {
          expect(kept.read(kept.placeOf(minute, -1)!).open).toBe(minute);
        }
        expect(kept.placeOf(numbers.at(3)!, 3)).toBeUndefined();
        expect(kept.lowest).toBe(Math.min(...numbers));
      }),
      { numRuns: 10 },
    );
  });

  it('know how far minutes lie one after the other', () => {
    const kept = new KeptMinutes();
    const bar = new BarSum(1, 1);
    for (const minute of [7, 8, 9, 12, 13, 3]) kept.add(minute, bar);
    expect([0, 1, 2, 3, 5].map((place) => kept.runFrom(place, 100))).toEqual([3, 2, 1, 2, 1]);
    expect(kept.runFrom(0, 8)).toBe(2);
  });
});
