import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/index.js';
import { failLevel, fewestFor, judgeAgainstRuns, judgeTargets, judgeTiming, PASS_LEVEL } from '../../src/gate/index.js';
import { whatRunsWouldSettle } from '../../src/gate/settle-runs.js';
import { type OpenQuestion, whatWouldSettle } from '../../src/gate/settle.js';
import type { TargetRow } from '../../src/record/record.js';
import { normalQuantile, robustSpread } from '../../src/statistics/index.js';
import { normal } from '../statistics/witness.js';
import { data, launchRows, target } from './rows.js';

/** Values around 0 whose robust spread is 1. */
const QUANTILES = Array.from({ length: 25 }, (_, i) => normalQuantile((i + 0.5) / 25));
const UNIT = QUANTILES.map((value) => value / robustSpread(QUANTILES));

const open = (changes: Partial<OpenQuestion>): OpenQuestion => ({
  values: UNIT.slice(0, 12),
  towardsPass: -1,
  towardsFail: -1,
  judged: 1,
  unit: 'pairs',
  ...changes,
});

describe('what would settle an open row', () => {
  it('is the number of values at which the nearer of the two tests has a power of four in five', () => {
    const towardsPass = whatWouldSettle(open({ values: UNIT, towardsPass: 0.5 }));
    expect(towardsPass).toEqual({
      values: 36,
      sentence: 'About 11 more pairs at the spread seen would settle it, four times in five if the estimate holds.',
    });
    // A FAIL is tested more strictly, so that it takes more.
    expect(whatWouldSettle(open({ values: UNIT, towardsFail: 0.5 })).values).toBe(53);
    expect(whatWouldSettle(open({ values: UNIT, towardsPass: 0.5, towardsFail: 0.5 })).values).toBe(36);
  });

  it('is never less than one value more, and never fewer than can reach the level', () => {
    const clear = open({ values: [1, 1, 1, 1], towardsPass: 1, unit: 'launches' });
    expect(whatWouldSettle(clear).values).toBe(fewestFor(PASS_LEVEL));
    const five = open({ values: [1, 1, 1, 1, 1], towardsPass: 1, unit: 'launches' });
    expect(whatWouldSettle(five).sentence).toContain('About 1 more launch at the spread');
    const six = open({ values: [1, 1, 1, 1, 1, 1], towardsPass: 1 });
    expect(whatWouldSettle(six).values).toBe(7);
  });

  it('says what so few values can never show', () => {
    expect(whatWouldSettle(open({ values: UNIT.slice(0, 4), towardsPass: 3 })).sentence).toMatch(
      / A FAIL is impossible below 8 pairs with 1 judged, a PASS below 6\.$/,
    );
  });

  it('is nothing sensible on the limit itself', () => {
    const { values, sentence } = whatWouldSettle(open({ towardsPass: 0, towardsFail: 0.001 }));
    expect(values).toBeNull();
    expect(sentence).toContain('no sensible number of pairs settles it');
  });

  it('does settle about four runs in five of that size, simulated', () => {
    const random = seededRandom('settle');
    // 4 % better than the margin at 6 % a pair, and a dead zone so wide that nothing can fail.
    const spread = 0.06;
    const change = Math.log(1.1) - 0.04;
    const question = { values: UNIT.map((value) => spread * value), towardsPass: 0.04, towardsFail: -1 } as const;
    const { values } = whatWouldSettle(open(question));
    const runs = 600;
    let settled = 0;
    for (let run = 0; run < runs; run += 1) {
      const logRatios = Array.from({ length: values ?? 0 }, () => change + spread * normal(random));
      const { verdict } = judgeTiming({
        metric: 'responseTimeMs.p50',
        versus: 'control',
        margin: 0.1,
        deadZone: 0.5,
        judged: 1,
        logRatios,
      });
      if (verdict !== 'inconclusive') settled += 1;
    }
    expect(settled / runs).toBeGreaterThan(0.76);
    expect(settled / runs).toBeLessThan(0.9);
  });
});

describe('what would settle an open target, simulated with the estimate and the spread of its own twelve launches', () => {
  const settledShare = (distance: number): number => {
    const random = seededRandom(`advice/${distance}`);
    const judged = (launches: number): TargetRow => {
      const values = Array.from({ length: launches }, () => distance + normal(random));
      const [row] = judgeTargets([target({ limit: 0 })], data({ launches: launchRows('pooled', 'hitRate', values) }));
      if (!row) throw new Error('one target, one row');
      return row;
    };
    let [advised, settled] = [0, 0];
    while (advised < 150) {
      const { pairsToSettle = Number.POSITIVE_INFINITY } = judged(12);
      if (pairsToSettle > 100) continue;
      advised += 1;
      if (judged(pairsToSettle).verdict !== 'inconclusive') settled += 1;
    }
    return settled / advised;
  };

  it('holds where the limit is half a deviation away, and promises too much to rows that lie nearer to it', () => {
    expect(settledShare(0.5)).toBeGreaterThan(0.68);
    expect(settledShare(0.2)).toBeLessThan(0.5);
  });
});

describe('what would settle a run that the stored ones leave open', () => {
  const runs = { runs: 5, between: 0.04, within: 0.01, towardsPass: 0.095, towardsFail: -0.03, judged: 1 };

  it('is the number of stored runs at which the prediction bound is narrow enough', () => {
    // 0.095 ÷ 0.04 = 2.375: t(0.975; 8 degrees) · √(1 + 1/9) = 2.431 is too much, t(9) · √(1 + 1/10) = 2.373 is not.
    expect(whatRunsWouldSettle(runs)).toBe('About 5 more stored runs at that spread would settle it.');
    expect(whatRunsWouldSettle({ ...runs, runs: 9 })).toContain('About 1 more stored run at');
  });

  it('takes more for a FAIL', () => {
    expect(whatRunsWouldSettle({ ...runs, towardsPass: -1, towardsFail: 0.11 })).toMatch(/About (?:[2-9]\d) more/);
    expect(failLevel(1)).toBeLessThan(PASS_LEVEL);
  });

  it('is no number of them where the spread alone is too wide', () => {
    expect(whatRunsWouldSettle({ ...runs, between: 0.06 })).toBe(
      'No sensible number of stored runs settles it while runs differ by 6 %.',
    );
  });

  it('names the pairs where they are what spreads', () => {
    expect(whatRunsWouldSettle({ ...runs, between: 0.01, within: 0.04 })).toContain('More pairs a run would do it too');
  });

  it('is part of the reason of the row', () => {
    const { verdict, reason } = judgeAgainstRuns({
      metric: 'responseTimeMs.p50',
      logRatios: Array.from({ length: 12 }, (_, i) => 0.001 * (i - 5.5)),
      stored: [-0.05, -0.025, 0, 0.025, 0.05],
      margin: 0.1,
      deadZone: 0.03,
      judged: 1,
    });
    expect(verdict).toBe('inconclusive');
    expect(reason).toContain('runs differ by 4 % themselves. About 5 more stored runs at that spread would settle it.');
  });
});
