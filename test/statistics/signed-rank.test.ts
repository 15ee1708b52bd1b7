import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hodgesLehmann, signedRankInterval, signedRankTest, walshAverages } from '../../src/statistics/index.js';
import { bruteForceRanks, bruteForceTails } from './witness.js';

// Multiples of 1/64 add without rounding, so ties are ties.
const dyadic = (limit: number) => fc.integer({ min: -limit, max: limit }).map((value) => value / 64);
const sample = (max: number, limit = 640) => fc.array(dyadic(limit), { minLength: 1, maxLength: max });

describe('the exact signed-rank test', () => {
  it('agrees with all sign patterns tried one by one, with ties and zeros', () => {
    fc.assert(
      fc.property(sample(10, 6), dyadic(6), (values, shift) => {
        const { ranks, statistic } = bruteForceRanks(values.map((value) => value - shift));
        const { atLeast, atMost } = bruteForceTails(ranks, statistic);
        const test = signedRankTest(values, shift);
        expect(test.statistic).toBe(statistic);
        expect(test.pGreater).toBeCloseTo(atLeast, 14);
        expect(test.pLess).toBeCloseTo(atMost, 14);
      }),
    );
  });

  it('has the tail probabilities of the published tables', () => {
    // Largest w with P(W+ ≤ w) ≤ 0.025: 0 for n = 6, 2 for 7, 3 for 8, 8 for 10, 13 for 12, 52 for 20, 81 for 24.
    const critical: [number, number][] = [
      [6, 0],
      [7, 2],
      [8, 3],
      [9, 5],
      [10, 8],
      [11, 10],
      [12, 13],
      [15, 25],
      [20, 52],
      [24, 81],
    ];
    for (const [n, w] of critical) {
      expect(signedRankTest(withStatistic(n, w)).pLess, `n = ${n}`).toBeLessThanOrEqual(0.025);
      expect(signedRankTest(withStatistic(n, w + 1)).pLess, `n = ${n}`).toBeGreaterThan(0.025);
    }
  });

  it('gives the exact fractions of small samples', () => {
    // n = 3: the sums of {1, 2, 3} are 0 1 2 3 3 4 5 6, so P(W+ ≤ 3) = 5/8.
    expect(signedRankTest(withStatistic(3, 3)).pLess).toBe(5 / 8);
    expect(signedRankTest(withStatistic(3, 3)).pGreater).toBe(5 / 8);
    expect(signedRankTest([1, 2, 3, 4, 5, 6]).pGreater).toBe(1 / 64);
    expect(signedRankTest([1, 2, 3, 4, 5, 6]).pTwoSided).toBe(1 / 32);
    // 87 of the 4096 patterns of 12 ranks reach no more than 13.
    expect(signedRankTest(withStatistic(12, 13)).pLess).toBe(87 / 4096);
  });

  it('takes equal values for full evidence: six on one side have p = 1/64', () => {
    expect(signedRankTest([1, 1, 1, 1, 1, 1], 0.85).pGreater).toBe(1 / 64);
    expect(signedRankTest([1, 1, 1, 1, 1, 1], 0.85).pLess).toBe(1);
  });

  it('finds nothing in values that all equal the shift, rounding remainders included', () => {
    expect(signedRankTest([0.3, 0.1 + 0.2, 0.3], 0.3)).toMatchObject({ n: 3, pGreater: 1, pLess: 1, pTwoSided: 1 });
  });

  it('keeps the places of zeros in the ranking', () => {
    // |d| = 0, 0, 1, 2, 3: ranks 1.5 1.5 3 4 5, the zeros are dropped; W+ = 4 + 5 of {3, 4, 5}: 2 of 8 sums are ≥ 9.
    expect(signedRankTest([0, 0, -1, 2, 3])).toMatchObject({ statistic: 9, pGreater: 2 / 8 });
  });

  it('is mirrored when the values are', () => {
    fc.assert(
      fc.property(sample(14), dyadic(640), (values, shift) => {
        const test = signedRankTest(values, shift);
        const mirrored = signedRankTest(
          values.map((value) => -value),
          -shift,
        );
        expect(mirrored.pLess).toBeCloseTo(test.pGreater, 13);
        expect(mirrored.pGreater).toBeCloseTo(test.pLess, 13);
      }),
    );
  });

  it('never finds "greater" more credible at a smaller shift, ties and zeros included', () => {
    fc.assert(
      fc.property(sample(14, 8), dyadic(10), dyadic(10), (values, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(signedRankTest(values, low).pGreater).toBeLessThanOrEqual(signedRankTest(values, high).pGreater + 1e-12);
        expect(signedRankTest(values, low).pLess).toBeGreaterThanOrEqual(signedRankTest(values, high).pLess - 1e-12);
      }),
    );
  });

  it('refuses a value that is not finite', () => {
    expect(() => signedRankTest([1, Number.NaN, 2])).toThrow(RangeError);
    expect(() => signedRankTest([1, Number.POSITIVE_INFINITY])).toThrow(RangeError);
  });
});

describe('the Hodges–Lehmann estimate', () => {
  it('is the median of the Walsh averages', () => {
    // 1 2 4: averages 1, 1.5, 2, 2.5, 3, 4; the middle two are 2 and 2.5.
    expect([...walshAverages([4, 1, 2])]).toEqual([1, 1.5, 2, 2.5, 3, 4]);
    expect(hodgesLehmann([4, 1, 2])).toBe(2.25);
    expect(() => hodgesLehmann([])).toThrow(RangeError);
  });

  it('moves with the values and scales with them', () => {
    fc.assert(
      fc.property(sample(15), dyadic(640), (values, shift) => {
        const estimate = hodgesLehmann(values);
        expect(hodgesLehmann(values.map((value) => value + shift))).toBeCloseTo(estimate + shift, 10);
        expect(hodgesLehmann(values.map((value) => value * -4))).toBeCloseTo(estimate * -4, 10);
      }),
    );
  });
});

describe('the signed-rank interval', () => {
  it('ends at the Walsh averages of the tables when there are no ties', () => {
    // Distinct Walsh averages: powers of two. n = 12 at 95 %: the 14th from either end, attained 1 − 2 · 87/4096.
    const values = Array.from({ length: 12 }, (_, i) => 2 ** i);
    const averages = [...walshAverages(values)];
    const interval = signedRankInterval(values);
    expect(interval.low).toBe(averages[13]);
    expect(interval.high).toBe(averages.at(-14));
    expect(interval.attained).toBeCloseTo(0.9575, 4);
  });

  it('is the whole range at n = 6 with 96.9 %, and says what it attains below', () => {
    expect(signedRankInterval([1, 2, 4, 8, 16, 32])).toEqual({ low: 1, high: 32, attained: 1 - 2 / 64 });
    expect(signedRankInterval([1, 2, 4, 8, 16])).toEqual({ low: 1, high: 16, attained: 1 - 2 / 32 });
    expect(signedRankInterval([7])).toEqual({ low: 7, high: 7, attained: 0 });
  });

  it('holds exactly the shifts that the test does not reject', () => {
    fc.assert(
      fc.property(fc.array(dyadic(12), { minLength: 6, maxLength: 13 }), dyadic(14), (values, shift) => {
        const { low, high } = signedRankInterval(values);
        const { pGreater, pLess } = signedRankTest(values, shift);
        // At an end itself the test may still reject: the interval is closed.
        if (shift < low) expect(pGreater).toBeLessThanOrEqual(0.025);
        if (shift > high) expect(pLess).toBeLessThanOrEqual(0.025);
        if (shift > low && shift < high) {
          expect(pGreater).toBeGreaterThan(0.025);
          expect(pLess).toBeGreaterThan(0.025);
        }
      }),
    );
  });

  it('holds the estimate, moves with the values, and widens with the confidence', () => {
    fc.assert(
      fc.property(sample(14), dyadic(640), (values, shift) => {
        const interval = signedRankInterval(values);
        const moved = signedRankInterval(values.map((value) => value + shift));
        expect(moved.low).toBeCloseTo(interval.low + shift, 10);
        expect(moved.high).toBeCloseTo(interval.high + shift, 10);
        expect(interval.low).toBeLessThanOrEqual(hodgesLehmann(values));
        expect(interval.high).toBeGreaterThanOrEqual(hodgesLehmann(values));
        const narrow = signedRankInterval(values, 0.8);
        expect(narrow.low).toBeGreaterThanOrEqual(interval.low);
        expect(narrow.high).toBeLessThanOrEqual(interval.high);
      }),
    );
  });

  it('shrinks to a point when all values are equal', () => {
    expect(signedRankInterval([3, 3, 3, 3, 3, 3])).toEqual({ low: 3, high: 3, attained: 1 - 2 / 64 });
  });

  it('works on forty values', () => {
    const values = Array.from({ length: 40 }, (_, i) => i * i);
    const { attained, low, high } = signedRankInterval(values);
    expect(attained).toBeGreaterThanOrEqual(0.95);
    expect(attained).toBeLessThan(0.951);
    expect(low).toBeLessThan(high);
  });
});

// Values with ranks 1 … n whose positive ranks sum up to w: the largest ranks that still fit.
function withStatistic(n: number, w: number): number[] {
  let left = w;
  return Array.from({ length: n }, (_, i) => n - i).map((rank) => {
    if (rank > left) return -rank;
    left -= rank;
    return rank;
  });
}
