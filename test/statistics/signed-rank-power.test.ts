import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/index.js';
import { normalCdf, signedRankPower, signedRankTest, valuesForPower } from '../../src/statistics/index.js';
import { normal } from './witness.js';

describe('the power of the signed-rank test', () => {
  it('is nothing where the level cannot be reached: all on one side has the probability 2⁻ⁿ', () => {
    expect([5, 6].map((n) => signedRankPower(n, { effect: 9, level: 0.025 }))).toEqual([0, expect.closeTo(1, 10)]);
    expect([7, 8].map((n) => signedRankPower(n, { effect: 9, level: 0.005 }))).toEqual([0, expect.closeTo(1, 10)]);
  });

  it('is exactly that of n positive values where only these reach the level', () => {
    expect(signedRankPower(6, { effect: 1, level: 0.025 })).toBeCloseTo(normalCdf(1) ** 6, 12);
    expect(signedRankPower(8, { effect: 0.5, level: 0.005 })).toBeCloseTo(normalCdf(0.5) ** 8, 12);
  });

  it('is the level that is attained when there is nothing to find', () => {
    // n = 12: P(W ≥ 65) = 0.0212 is the largest tail within 0.025 (tables of Hollander, Wolfe & Chicken).
    expect(signedRankPower(12, { effect: 0, level: 0.025 })).toBeCloseTo(0.0212, 2);
    expect(signedRankPower(200, { effect: 0, level: 0.025 })).toBeCloseTo(0.025, 3);
  });

  it.each([
    [12, 0.6, 0.025, 0.06],
    [16, 0.6, 0.005, 0.05],
    [16, 1, 0.025, 0.05],
    [24, 0.6, 0.025, 0.04],
    [40, 0.3, 0.025, 0.04],
    [40, 0.6, 0.005, 0.04],
    [70, 0.3, 0.025, 0.04],
  ])('of %i values at %f deviations and level %f is what a simulation finds', (n, effect, level, tolerance) => {
    const random = seededRandom(`power/${n}/${effect}`);
    const runs = n > 60 ? 400 : 1500;
    let reached = 0;
    for (let run = 0; run < runs; run += 1) {
      const values = Array.from({ length: n }, () => effect + normal(random));
      if (signedRankTest(values).pGreater <= level) reached += 1;
    }
    const margin = 3 * Math.sqrt(0.25 / runs);
    expect(Math.abs(signedRankPower(n, { effect, level }) - reached / runs)).toBeLessThan(tolerance + margin / 2);
  });
});

describe('the number of values for a power', () => {
  it('approaches that of the t-test divided by 3/π, the Pitman efficiency, as the effect gets small', () => {
    // (1.95996 + 0.84162)² = 7.8489, times π/3.
    const asymptotic = (effect: number): number => (7.8489 * Math.PI) / 3 / effect ** 2;
    expect(valuesForPower({ effect: 0.05, level: 0.025 }, 0.8) / asymptotic(0.05)).toBeCloseTo(1, 2);
    expect(valuesForPower({ effect: 0.1, level: 0.025 }, 0.8) / asymptotic(0.1)).toBeCloseTo(1, 1);
  });

  it('is no less than can reach the level at all', () => {
    expect(valuesForPower({ effect: 20, level: 0.025 }, 0.8)).toBe(6);
    expect(valuesForPower({ effect: 20, level: 0.005 }, 0.8)).toBe(8);
  });

  it('is the first that has the power', () => {
    for (const effect of [0.3, 0.5, 1]) {
      const question = { effect, level: 0.025 };
      const n = valuesForPower(question, 0.8);
      expect(signedRankPower(n, question)).toBeGreaterThanOrEqual(0.8);
      expect(signedRankPower(n - 1, question)).toBeLessThan(0.8);
    }
  });

  it('is infinite without an effect, and beyond the limit', () => {
    expect(valuesForPower({ effect: 0, level: 0.025 }, 0.8)).toBe(Number.POSITIVE_INFINITY);
    expect(valuesForPower({ effect: -1, level: 0.025 }, 0.8)).toBe(Number.POSITIVE_INFINITY);
    expect(valuesForPower({ effect: 0.1, level: 0.025 }, 0.8, 500)).toBe(Number.POSITIVE_INFINITY);
  });
});
