import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeAgainstRuns, judgeCount, runVerdict, scenarioVerdict } from '../../src/gate/index.js';
import type { RowVerdict } from '../../src/record/record.js';

describe('the verdict of a scenario', () => {
  const clean = { partial: false, agree: true, contaminated: false };
  const rows = (...verdicts: RowVerdict[]) => verdicts.map((verdict) => ({ verdict }));

  it('goes by precedence', () => {
    const failed = { ...clean, rows: rows('pass', 'fail', 'inconclusive') };
    expect(scenarioVerdict(failed)).toBe('fail');
    expect(scenarioVerdict({ ...failed, contaminated: true })).toBe('fail');
    expect(scenarioVerdict({ ...failed, agree: false })).toBe('invalid');
    expect(scenarioVerdict({ ...failed, agree: false, partial: true })).toBe('partial');
    expect(scenarioVerdict({ ...clean, contaminated: true, rows: rows('pass') })).toBe('contaminated');
    expect(scenarioVerdict({ ...clean, rows: rows('pass', 'inconclusive') })).toBe('inconclusive');
    expect(scenarioVerdict({ ...clean, rows: rows('pass', 'notEvaluated') })).toBe('pass');
  });

  it('is empty when nothing binding was evaluated', () => {
    expect(scenarioVerdict({ ...clean, rows: [] })).toBe('empty');
    expect(scenarioVerdict({ ...clean, rows: rows('notEvaluated') })).toBe('empty');
    expect(scenarioVerdict({ ...clean, rows: [{ verdict: 'pass', advisory: true }] })).toBe('empty');
  });

  it('never fails on an advisory row', () => {
    expect(scenarioVerdict({ ...clean, rows: [{ verdict: 'fail', advisory: true }, { verdict: 'pass' }] })).toBe(
      'pass',
    );
  });
});

describe('the verdict of a run', () => {
  it('is the worst of its scenarios, and an empty one takes no part', () => {
    expect(runVerdict(['pass', 'empty', 'pass'])).toBe('pass');
    expect(runVerdict(['pass', 'inconclusive', 'empty'])).toBe('inconclusive');
    expect(runVerdict(['contaminated', 'fail', 'inconclusive'])).toBe('fail');
    expect(runVerdict(['fail', 'invalid'])).toBe('invalid');
    expect(runVerdict(['invalid', 'partial'])).toBe('partial');
    expect(runVerdict(['empty', 'empty'])).toBe('empty');
    expect(runVerdict([])).toBe('empty');
  });

  it('does not depend on the order of the scenarios', () => {
    const verdict = fc.constantFrom('pass', 'fail', 'inconclusive', 'contaminated', 'invalid', 'empty', 'partial');
    fc.assert(
      fc.property(fc.array(verdict), (verdicts) => {
        expect(runVerdict(verdicts.toReversed())).toBe(runVerdict(verdicts));
      }),
    );
  });
});

describe('an exact count', () => {
  it('must be equal when it has no better direction', () => {
    expect(judgeCount({ metric: 'operations', stored: 480, measured: 480 })).toMatchObject({
      verdict: 'pass',
      change: 0,
    });
    expect(judgeCount({ metric: 'operations', stored: 480, measured: 479 })).toMatchObject({
      verdict: 'fail',
      change: -1,
    });
    expect(judgeCount({ metric: 'operations', stored: 480, measured: 481 })).toMatchObject({
      verdict: 'fail',
      change: 1,
    });
  });

  it('may get better but not worse when it has one', () => {
    expect(judgeCount({ metric: 'connectionsOpened', stored: 32, measured: 31 }).verdict).toBe('pass');
    expect(judgeCount({ metric: 'connectionsOpened', stored: 32, measured: 33 }).verdict).toBe('fail');
    expect(judgeCount({ metric: 'reuseRate', stored: 0.9, measured: 0.95 }).verdict).toBe('pass');
    expect(judgeCount({ metric: 'reuseRate', stored: 0.9, measured: 0.85 }).verdict).toBe('fail');
  });

  it('holds to its tolerance, and to rounding', () => {
    expect(judgeCount({ metric: 'retries', stored: 3, measured: 5, tolerance: 2 }).verdict).toBe('pass');
    expect(judgeCount({ metric: 'retries', stored: 3, measured: 6, tolerance: 2 }).verdict).toBe('fail');
    expect(judgeCount({ metric: 'reuseRate', stored: 0.3, measured: 0.1 + 0.2 })).toMatchObject({
      verdict: 'pass',
      change: 0,
    });
  });
});

describe('a run against stored runs', () => {
  const stored = [-0.7, -0.72, -0.68, -0.71, -0.69];
  const pairs = (centre: number) => Array.from({ length: 12 }, (_, i) => centre + 0.001 * (i - 5.5));
  const judgeRun = (centre: number, changes: { metric?: string; contaminated?: boolean } = {}) =>
    judgeAgainstRuns({
      metric: 'responseTimeMs.p50',
      logRatios: pairs(centre),
      stored,
      margin: 0.1,
      deadZone: 0.03,
      judged: 1,
      ...changes,
    });

  it('passes one like them, fails one far worse, and leaves the rest open', () => {
    expect(judgeRun(-0.7)).toMatchObject({ verdict: 'pass', n: 12 });
    expect(judgeRun(-0.5).verdict).toBe('fail');
    expect(judgeRun(-0.5).change).toBeCloseTo(Math.expm1(0.2), 3);
    expect(judgeRun(-0.64).verdict).toBe('inconclusive');
    expect(judgeRun(-0.64).reason).toContain('runs differ by');
    expect(judgeRun(-1).verdict).toBe('pass');
  });

  it('takes the direction from the metric', () => {
    expect(judgeRun(-1, { metric: 'throughput' }).verdict).toBe('fail');
    expect(judgeRun(-0.5, { metric: 'throughput' }).verdict).toBe('pass');
  });

  it('does not fail a run of a disturbed machine', () => {
    expect(judgeRun(-0.5, { contaminated: true }).verdict).toBe('inconclusive');
  });

  it('does not fail when one of the stored runs was as bad, whatever the prediction bound says', () => {
    const withOutlier = Array.from({ length: 29 }, () => -0.7).concat(-0.5);
    const verdict = judgeAgainstRuns({
      metric: 'responseTimeMs.p50',
      logRatios: pairs(-0.5),
      stored: withOutlier,
      margin: 0.1,
      deadZone: 0.03,
      judged: 1,
    }).verdict;
    expect(verdict).toBe('inconclusive');
  });

  it('does not take stored runs that agree by luck for a world without noise', () => {
    const judged = judgeAgainstRuns({
      metric: 'responseTimeMs.p50',
      logRatios: Array.from({ length: 12 }, (_, i) => -0.6 + 0.1 * (i - 5.5)),
      stored: [-0.7, -0.7, -0.7, -0.7, -0.7],
      margin: 0.1,
      deadZone: 0.03,
      judged: 1,
    });
    expect(judged.verdict).toBe('inconclusive');
  });

  it('refuses fewer than five', () => {
    const few = { metric: 'throughput', logRatios: [0], stored: [0, 0, 0, 0], margin: 0.1, deadZone: 0.03, judged: 1 };
    expect(() => judgeAgainstRuns(few)).toThrow(RangeError);
  });
});
