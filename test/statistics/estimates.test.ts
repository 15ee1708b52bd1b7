import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binomialLowerBound,
  binomialTail,
  binomialUpperBound,
  cleanDifference,
  clopperPearson,
  linearContrasts,
  median,
  normalCdf,
  normalQuantile,
  ratioEstimate,
  robustSpread,
  signedRankTest,
  standardDeviation,
  studentQuantile,
  studentTail,
} from '../../src/statistics/index.js';

describe('the median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([-10, 2])).toBe(-4);
    expect(() => median([])).toThrow(RangeError);
  });

  it('sorts numbers as numbers and leaves its argument alone', () => {
    const values = [10, 9, 100];
    expect(median(values)).toBe(10);
    expect(values).toEqual([10, 9, 100]);
  });
});

describe('spread', () => {
  it('is 1.4826 × the median absolute deviation, and bears one wild value', () => {
    // Median 3, deviations 2 1 0 1 997: their median is 1.
    expect(robustSpread([1, 2, 3, 4, 1000])).toBe(1.4826);
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
  });

  it('falls back to the standard deviation when most values coincide', () => {
    expect(robustSpread([1, 1, 1, 1, 6])).toBeCloseTo(Math.sqrt(5), 12);
    expect(robustSpread([5])).toBe(0);
  });
});

describe('rounding', () => {
  it('takes a remainder of rounding for zero, and nothing else', () => {
    expect(0.3 - 3 * 0.1).not.toBe(0);
    expect(cleanDifference(0.3, 3 * 0.1)).toBe(0);
    expect(cleanDifference(1, 1 - 1e-12)).toBeCloseTo(1e-12, 15);
  });
});

describe('the normal distribution', () => {
  it('has its well-known values', () => {
    expect(normalCdf(0)).toBe(0.5);
    expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 14);
    expect(normalCdf(-1)).toBeCloseTo(0.15865525393145705, 14);
    expect(normalQuantile(0.995)).toBeCloseTo(2.5758293035489004, 10);
    expect(() => normalQuantile(1)).toThrow(RangeError);
  });

  it('is undone by its quantile', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (p) => {
        expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 12);
      }),
    );
  });
});

describe('Student’s distribution', () => {
  it('has the quantiles of the printed tables', () => {
    expect(studentQuantile(0.025, 1)).toBeCloseTo(12.706, 3);
    expect(studentQuantile(0.025, 2)).toBeCloseTo(4.303, 3);
    expect(studentQuantile(0.025, 4)).toBeCloseTo(2.776, 3);
    expect(studentQuantile(0.005, 4)).toBeCloseTo(4.604, 3);
    expect(studentQuantile(0.025, 5)).toBeCloseTo(2.571, 3);
    expect(studentQuantile(0.05, 9)).toBeCloseTo(1.833, 3);
    expect(studentQuantile(0.01, 30)).toBeCloseTo(2.457, 3);
    expect(studentQuantile(0.975, 4)).toBeCloseTo(-2.776, 3);
  });

  it('has closed forms at one and two degrees of freedom', () => {
    // Cauchy: 1/2 − atan(t)/π. Two degrees: (1 − t / √(2 + t²)) / 2.
    for (const t of [-3, -0.5, 0, 0.7, 4]) {
      expect(studentTail(t, 1)).toBeCloseTo(0.5 - Math.atan(t) / Math.PI, 14);
      expect(studentTail(t, 2)).toBeCloseTo((1 - t / Math.sqrt(2 + t * t)) / 2, 14);
    }
    expect(() => studentTail(1, 0)).toThrow(RangeError);
  });

  it('comes close to the normal one with many degrees of freedom', () => {
    expect(studentTail(1.5, 2000)).toBeCloseTo(1 - normalCdf(1.5), 3);
  });
});

describe('the binomial bounds', () => {
  it('need 0 of 299 for a rate of 1 % and 59 of 59 for 95 %', () => {
    // No failure: (1 − p)ⁿ = 0.05.
    expect(binomialUpperBound(0, 299)).toBeCloseTo(1 - 0.05 ** (1 / 299), 10);
    expect(binomialUpperBound(0, 299)).toBeLessThan(0.01);
    expect(binomialUpperBound(0, 298)).toBeGreaterThan(0.01);
    expect(binomialLowerBound(59, 59)).toBeCloseTo(0.05 ** (1 / 59), 10);
    expect(binomialLowerBound(59, 59)).toBeGreaterThan(0.95);
    expect(binomialLowerBound(58, 58)).toBeLessThan(0.95);
  });

  it('have the tail of the sum of its terms', () => {
    // P(X ≥ 8) of 10 fair coins: (45 + 10 + 1) / 1024.
    expect(binomialTail(8, 10, 0.5)).toBeCloseTo(56 / 1024, 12);
    expect(binomialTail(0, 10, 0.5)).toBe(1);
    expect(binomialTail(11, 10, 0.5)).toBe(0);
    expect(binomialTail(3, 10, 1)).toBe(1);
  });

  it('give the Clopper–Pearson interval', () => {
    // By definition each end leaves 2.5 % beyond what was seen.
    const { low, high } = clopperPearson(4, 20);
    expect(binomialTail(4, 20, low)).toBeCloseTo(0.025, 10);
    expect(1 - binomialTail(5, 20, high)).toBeCloseTo(0.025, 10);
    expect(clopperPearson(0, 20)).toMatchObject({ low: 0 });
    expect(clopperPearson(20, 20)).toMatchObject({ high: 1 });
    expect(clopperPearson(0, 0)).toMatchObject({ low: 0, high: 1 });
    expect(() => clopperPearson(3, 2)).toThrow(RangeError);
  });

  it('cover the true rate at least as often as they say', () => {
    for (const rate of [0.02, 0.1, 0.5, 0.9]) {
      let covered = 0;
      for (let k = 0; k <= 30; k += 1) {
        const { low, high } = clopperPearson(k, 30);
        const probability = binomialTail(k, 30, rate) - binomialTail(k + 1, 30, rate);
        if (low <= rate && rate <= high) covered += probability;
      }
      expect(covered).toBeGreaterThanOrEqual(0.95);
    }
  });
});

describe('the ratio estimate', () => {
  const positive = fc.integer({ min: 1, max: 400 }).map((value) => value / 16);
  const pair = fc.record({ value: positive, against: positive });

  it('is exact when every pair has the same ratio', () => {
    const pairs = [1, 2, 3, 4, 5, 6].map((against) => ({ value: 0.25 * against, against }));
    expect(ratioEstimate(pairs)).toEqual({ estimate: 0.25, low: 0.25, high: 0.25, attained: 1 - 2 / 64 });
  });

  it('leaves a factor out exactly when the test of its contrasts rejects it', () => {
    fc.assert(
      fc.property(
        fc.array(pair, { minLength: 6, maxLength: 12 }),
        fc.integer({ min: 1, max: 80 }),
        (pairs, sixteenths) => {
          const factor = sixteenths / 16;
          const found = ratioEstimate(pairs);
          const { pGreater, pLess } = signedRankTest(linearContrasts(pairs, factor));
          if (found === undefined) throw new Error('the ratio is defined');
          expect(found.low).toBeLessThanOrEqual(found.estimate);
          expect(found.high).toBeGreaterThanOrEqual(found.estimate);
          if (factor < found.low) expect(pGreater).toBeLessThanOrEqual(0.025);
          if (factor > found.high) expect(pLess).toBeLessThanOrEqual(0.025);
        },
      ),
    );
  });

  it('takes a zero for a value, and is undefined only when the divisor is zero', () => {
    expect(ratioEstimate([0, 0, 0, 0, 0, 0].map((value) => ({ value, against: 2 })))).toMatchObject({
      estimate: 0,
      high: 0,
    });
    expect(ratioEstimate([{ value: 1, against: 0 }])).toBeUndefined();
    expect(ratioEstimate([{ value: 1, against: Number.NaN }])).toBeUndefined();
    expect(ratioEstimate([])).toBeUndefined();
  });
});
