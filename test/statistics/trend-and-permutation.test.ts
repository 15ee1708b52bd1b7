import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/index.js';
import { permutationTest, theilSen } from '../../src/statistics/index.js';
import { normal } from './witness.js';

const line = (ys: readonly number[]) => ys.map((y, x) => ({ x, y }));

describe('the Theil–Sen slope', () => {
  it('is the median of the slopes of all pairs of points', () => {
    // (0,0) (1,1) (2,5) (3,3): slopes 1, 2.5, 1, 4, 1, −2; sorted −2 1 1 1 2.5 4.
    expect(theilSen(line([0, 1, 5, 3])).slope).toBe(1);
  });

  it('is not moved by one wild point', () => {
    const ys = Array.from({ length: 15 }, (_, i) => 2 * i + (i === 7 ? 1000 : 0));
    expect(theilSen(line(ys))).toMatchObject({ slope: 2 });
  });

  it('takes the ends of its interval from the exact distribution of discordant pairs', () => {
    // n = 4: inversions of 4 have 1 3 5 6 5 3 1 of 24 orders, so P(D ≤ 0) = 1/24: at 90 % the ends are the extremes.
    expect(theilSen(line([0, 1, 5, 3]), 0.9)).toEqual({ slope: 1, low: -2, high: 4, attained: 1 - 2 / 24 });
    // P(D ≤ 1) = 4/24: at 60 % the second from either end.
    expect(theilSen(line([0, 1, 5, 3]), 0.6)).toMatchObject({ low: 1, high: 2.5 });
    expect(theilSen(line([0, 1, 5, 3]), 0.6).attained).toBeCloseTo(1 - 8 / 24, 12);
    // n = 8: 628 of 40320 orders have at most 5 inversions, 1230 (3.05 %) at most 6, which 3 % does not allow.
    expect(theilSen(line([1, 2, 4, 8, 16, 32, 64, 128]), 0.94).attained).toBeCloseTo(1 - (2 * 628) / 40_320, 12);
    // n = 10: critical |S| = 23 of 45 at 5 % two-sided (tables of Kendall's S), that is 11 discordant pairs, P = 0.0233.
    const ten = theilSen(line([3, 1, 4, 1.5, 9, 2.6, 5.3, 5.8, 9.7, 9.3]));
    expect(ten.attained).toBeCloseTo(1 - 2 * 0.0233, 3);
  });

  it('tilts with the data', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 12 }), (ys) => {
        const plain = theilSen(line(ys));
        const tilted = theilSen(line(ys.map((y, x) => y + 3 * x)));
        expect(tilted.slope).toBeCloseTo(plain.slope + 3, 9);
        expect(tilted.low).toBeCloseTo(plain.low + 3, 9);
        expect(tilted.high).toBeCloseTo(plain.high + 3, 9);
        expect(plain.low).toBeLessThanOrEqual(plain.slope);
        expect(plain.high).toBeGreaterThanOrEqual(plain.slope);
      }),
    );
  });

  it('covers the true slope at its level', () => {
    const random = seededRandom('theil-sen');
    let covered = 0;
    for (let i = 0; i < 1000; i += 1) {
      const { low, high } = theilSen(line(Array.from({ length: 10 }, (_, x) => 0.5 * x + normal(random))));
      if (low <= 0.5 && 0.5 <= high) covered += 1;
    }
    expect(covered / 1000).toBeGreaterThan(0.93);
    expect(covered / 1000).toBeLessThan(0.975);
  });

  it('goes over to the normal distribution for long series without a jump', () => {
    const random = seededRandom('long');
    const ys = Array.from({ length: 201 }, (_, x) => 0.01 * x + normal(random));
    const exact = theilSen(line(ys.slice(0, 200)));
    const approximate = theilSen(line(ys));
    expect(approximate.high - approximate.low).toBeCloseTo(exact.high - exact.low, 3);
    expect(approximate.attained).toBeCloseTo(0.95, 3);
  });

  it('refuses a single point, and two at the same time', () => {
    expect(() => theilSen([{ x: 0, y: 0 }])).toThrow(RangeError);
    expect(() =>
      theilSen([
        { x: 1, y: 0 },
        { x: 1, y: 2 },
      ]),
    ).toThrow(RangeError);
  });
});

describe('the two-sample permutation test', () => {
  const random = seededRandom(1);

  it('counts all arrangements of small samples', () => {
    // {4, 5} against {1, 2, 3}: of the 10 pairs only {4, 5} sums to 9.
    expect(permutationTest([4, 5], [1, 2, 3], random)).toEqual({
      pGreater: 0.1,
      pLess: 1,
      pTwoSided: 0.1 + 0.1,
      arrangements: 10,
      exact: true,
    });
  });

  it('can give one run among k + 1 no smaller p than 1 / (k + 1)', () => {
    expect(permutationTest([100], [1, 2, 3, 4, 5], random).pGreater).toBe(1 / 6);
  });

  it('finds nothing in equal values, whatever their rounding', () => {
    expect(permutationTest([0.3, 0.1 + 0.2], [0.3, 0.3], random)).toMatchObject({
      pGreater: 1,
      pLess: 1,
      pTwoSided: 1,
    });
    expect(() => permutationTest([], [1], random)).toThrow(RangeError);
  });

  it('is mirrored when the samples are', () => {
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(permutationTest(a, b, random).pGreater).toBeCloseTo(permutationTest(b, a, random).pLess, 12);
      }),
    );
  });

  it('draws at random where there are too many arrangements, the same ones for the same seed', () => {
    const a = Array.from({ length: 20 }, (_, i) => i);
    const b = Array.from({ length: 20 }, (_, i) => i + 3);
    const first = permutationTest(a, b, seededRandom('draw'));
    expect(first).toEqual(permutationTest(a, b, seededRandom('draw')));
    expect(first).toMatchObject({ exact: false, arrangements: 10_000 });
    // The exact p of the difference −3 (standard error about 1.87) is near P(Z < −1.6) = 0.055.
    expect(first.pLess).toBeGreaterThan(0.03);
    expect(first.pLess).toBeLessThan(0.09);
    expect(
      permutationTest(
        a,
        b.map((value) => value + 1000),
        seededRandom('draw'),
      ).pLess,
    ).toBe(1 / 10_000);
  });
});
