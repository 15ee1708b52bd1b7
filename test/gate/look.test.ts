import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/index.js';
import { failLevel, fewestFor, judgeTiming, type Look, nextLook, passLevel } from '../../src/gate/index.js';
import { spentShare } from '../../src/gate/look.js';
import { NOISE, sampleOf } from '../statistics/noise.js';

const PLANNED = [7, 14, 28];
const GATE = { metric: 'responseTimeMs.p50', versus: 'control', margin: 0.1, deadZone: 0.03, judged: 1 } as const;

describe('the looks of a run', () => {
  it('share the error rate by the published function, α ln(1 + (e − 1) t)', () => {
    const shares = PLANNED.map((taken) => spentShare({ taken, planned: PLANNED }));
    // ln(1 + 0.25 (e − 1)), and the steps to ln(1 + 0.5 (e − 1)) and to 1.
    expect(shares.map((share) => share.toFixed(4))).toEqual(['0.3574', '0.2627', '0.3799']);
  });

  it('spend all of it between them and never more, whatever the plan', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 }), (pairs) => {
        const planned = pairs.toSorted((a, b) => a - b);
        const looks = planned.map((taken) => ({ taken, planned }));
        const sum = (level: (look: Look) => number): number => looks.reduce((total, look) => total + level(look), 0);
        expect(sum(spentShare)).toBeCloseTo(1, 12);
        expect(sum((look) => failLevel(4, look))).toBeLessThanOrEqual(0.01 / 4 + 1e-12);
        expect(sum(passLevel)).toBeLessThanOrEqual(0.05 + 1e-12);
        for (const look of looks) expect(passLevel(look)).toBeLessThanOrEqual(0.025);
      }),
    );
  });

  it('are as strict as ever for a run of one: 8 pairs for a FAIL, 6 for a PASS', () => {
    const one = { taken: 6, planned: [6] };
    expect([fewestFor(failLevel(1, one)), fewestFor(passLevel(one))]).toEqual([8, 6]);
    expect([failLevel(1), passLevel()]).toEqual([failLevel(1, one), passLevel(one)]);
  });

  it('let a clean run of seven pairs pass, and fail none before the second', () => {
    const look = { taken: 7, planned: PLANNED };
    expect([fewestFor(passLevel(look)), fewestFor(failLevel(1, look))]).toEqual([6, 9]);
    const level = (change: number): string =>
      judgeTiming({ ...GATE, look, logRatios: Array.from({ length: 7 }, (_, i) => change + 0.001 * i) }).verdict;
    expect([level(0), level(0.5)]).toEqual(['pass', 'inconclusive']);
  });

  it('come one after the other and end', () => {
    const next = [0, 7, 9, 14, 28, 40].map((taken) => nextLook({ taken, planned: PLANNED }));
    expect(next).toEqual([7, 14, 14, 28, undefined, undefined]);
  });
});

describe('a run of three looks, simulated', () => {
  /** The verdict at the first look that settles it, and the pairs that it took. */
  const settle = (values: readonly number[]): { verdict: string; pairs: number } => {
    for (const taken of PLANNED) {
      const { verdict } = judgeTiming({
        ...GATE,
        look: { taken, planned: PLANNED },
        logRatios: values.slice(0, taken),
      });
      if (verdict !== 'inconclusive' || taken === PLANNED.at(-1)) return { verdict, pairs: taken };
    }
    throw new Error('unreachable');
  };

  for (const noise of Object.keys(NOISE)) {
    const runs = (change: number, n: number) => {
      const random = seededRandom(`looks/${noise}/${change}`);
      return Array.from({ length: n }, () =>
        settle(sampleOf(noise, 28, random).map((value) => value + Math.log1p(change))),
      );
    };
    const share = (settled: ReturnType<typeof runs>, verdict: string): number =>
      settled.filter((run) => run.verdict === verdict).length / settled.length;

    it(`fails at most 1 % on the edge of the dead zone and passes at most 5 % at the margin under ${noise} noise`, () => {
      expect(share(runs(0.03, 600), 'fail')).toBeLessThanOrEqual(0.01);
      expect(share(runs(0.1, 600), 'pass')).toBeLessThanOrEqual(0.05);
    });

    it(`settles nearly every run without a change at the first look under ${noise} noise`, () => {
      const settled = runs(0, 150);
      expect(share(settled, 'pass')).toBeGreaterThan(0.95);
      expect(settled.filter(({ pairs }) => pairs === 7).length / 150).toBeGreaterThan(0.5);
    });
  }
});
