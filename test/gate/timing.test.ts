import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failLevel, fewestFor, judgeTiming, pairLogRatios } from '../../src/gate/index.js';
import { hodgesLehmann } from '../../src/statistics/index.js';

const QUESTION = { metric: 'responseTimeMs.p50', versus: 'control', margin: 0.1, deadZone: 0.03, judged: 1 } as const;
// Pairs around a change, 0.1 % apart, so that there are no ties.
const around = (change: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.log1p(change) + 0.001 * (i - (n - 1) / 2));

describe('the timing gate', () => {
  it('passes no change, fails a clear one, and leaves what lies between open', () => {
    expect(judgeTiming({ ...QUESTION, logRatios: around(0, 12) }).verdict).toBe('pass');
    expect(judgeTiming({ ...QUESTION, logRatios: around(0.2, 12) }).verdict).toBe('fail');
    const between = Array.from({ length: 12 }, (_, i) => 0.06 + 0.02 * (i - 5.5));
    expect(judgeTiming({ ...QUESTION, logRatios: between }).verdict).toBe('inconclusive');
  });

  it('asks for FAIL first: 6 % worse is shown to be beyond the dead zone though it is within the margin', () => {
    expect(judgeTiming({ ...QUESTION, logRatios: around(0.06, 12) }).verdict).toBe('fail');
    expect(judgeTiming({ ...QUESTION, logRatios: around(0.02, 12) }).verdict).toBe('pass');
  });

  it('takes the direction from the metric: less throughput is worse, less time is better', () => {
    const less = { ...QUESTION, logRatios: around(-0.2, 12) };
    expect(judgeTiming({ ...less, metric: 'throughput' }).verdict).toBe('fail');
    expect(judgeTiming(less).verdict).toBe('pass');
    expect(judgeTiming({ ...less, metric: 'throughput' }).change).toBeCloseTo(-0.2, 3);
    expect(judgeTiming({ ...less, metric: 'throughput' }).reason).toContain('20 % less (worse)');
    expect(judgeTiming({ ...less, metric: 'rssMb' }).verdict).toBe('notEvaluated');
    expect(judgeTiming({ ...less, metric: 'nonsense' }).verdict).toBe('notEvaluated');
  });

  it('takes 10 % less throughput for the margin, not the inverse of 10 % more', () => {
    // ln 0.9 = −0.105, −ln 1.1 = −0.095: a loss of −0.1 lies between them.
    const logRatios = around(0, 12).map((value) => value / 10 - 0.1);
    expect(judgeTiming({ ...QUESTION, metric: 'throughput', deadZone: 0.2, logRatios }).verdict).toBe('pass');
    const slower = logRatios.map((value) => -value);
    expect(judgeTiming({ ...QUESTION, deadZone: 0.2, logRatios: slower }).verdict).toBe('inconclusive');
  });

  it('can pass with six pairs but fail with no fewer than eight, or ten when four metrics are gated', () => {
    const verdict = (n: number, judged: number) =>
      judgeTiming({ ...QUESTION, judged, logRatios: around(0.5, n) }).verdict;
    expect([7, 8].map((n) => verdict(n, 1))).toEqual(['inconclusive', 'fail']);
    expect([9, 10].map((n) => verdict(n, 4))).toEqual(['inconclusive', 'fail']);
    expect([5, 6].map((n) => judgeTiming({ ...QUESTION, logRatios: around(0, n) }).verdict)).toEqual([
      'inconclusive',
      'pass',
    ]);
    expect([1, 2, 4].map((judged) => fewestFor(failLevel(judged)))).toEqual([8, 9, 10]);
  });

  it('says so when there are too few pairs for a FAIL', () => {
    expect(judgeTiming({ ...QUESTION, logRatios: around(0.5, 6) }).reason).toContain(
      'A FAIL is impossible below 8 pairs',
    );
    expect(judgeTiming({ ...QUESTION, logRatios: around(0, 6) }).reason).toContain(
      'With fewer than 8 pairs it could not have failed.',
    );
    expect(judgeTiming({ ...QUESTION, logRatios: around(0, 12) }).reason).not.toContain('could not have failed');
  });

  it('says how many more pairs would settle an open question, and they do', () => {
    // Spread and place of these: needs more than twelve pairs to fail, and repeats itself when measured on.
    const block = [-0.06, 0.16, 0, 0.11, 0.03, 0.2, -0.03, 0.14, 0.02, 0.09, 0.05, 0.12];
    const open = judgeTiming({ ...QUESTION, logRatios: block });
    expect(open.verdict).toBe('inconclusive');
    const more = Number(/About (\d+) more pairs/.exec(open.reason)?.[1]);
    expect(more).toBeGreaterThan(0);
    const rounds = Array.from({ length: Math.ceil((12 + 2 * more) / 12) }, () => block);
    const longer = rounds.flat().map((value, i) => value + 1e-5 * i);
    expect(judgeTiming({ ...QUESTION, logRatios: longer }).verdict).not.toBe('inconclusive');
  });

  it('holds the pairs against a stored log-ratio', () => {
    const stored = Math.log(0.5);
    const held = judgeTiming({
      ...QUESTION,
      storedLogRatio: stored,
      logRatios: around(0.2, 12).map((x) => x + stored),
    });
    expect(held.verdict).toBe('fail');
    expect(held.change).toBeCloseTo(0.2, 3);
    expect(held.interval?.[0]).toBeLessThan(held.change ?? 0);
  });

  it('does not fail a run whose machine was disturbed', () => {
    const judged = judgeTiming({ ...QUESTION, contaminated: true, logRatios: around(0.5, 12) });
    expect(judged).toMatchObject({ verdict: 'inconclusive' });
    expect(judged.reason).toContain('disturbed');
  });

  it('is not evaluated without data, or where a value has no logarithm', () => {
    expect(judgeTiming({ ...QUESTION, logRatios: [] })).toMatchObject({ verdict: 'notEvaluated', change: null, n: 0 });
    const rows = [0, 1].map((pair) => ({
      pair,
      arm: 'pooled',
      control: 'unpooled',
      metric: 'setupCostPerOpMs',
      blocks: [[pair, 2] as const],
    }));
    const logRatios = pairLogRatios(rows, { arm: 'pooled', control: 'unpooled', metric: 'setupCostPerOpMs' });
    expect(logRatios).toEqual([Number.NaN, Math.log(0.5)]);
    expect(judgeTiming({ ...QUESTION, logRatios })).toMatchObject({ verdict: 'notEvaluated', interval: null });
  });

  it('shows an interval only where 95 % can be had', () => {
    expect(judgeTiming({ ...QUESTION, logRatios: around(0, 5) }).interval).toBeNull();
    expect(judgeTiming({ ...QUESTION, logRatios: around(0, 6) }).interval).not.toBeNull();
  });

  it('never gets better by getting slower', () => {
    const order = { pass: 0, inconclusive: 1, fail: 2, notEvaluated: Number.NaN };
    const values = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 6, maxLength: 14 });
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 60 }), (ticks, slower) => {
        const logRatios = ticks.map((tick) => tick / 256);
        const before = judgeTiming({ ...QUESTION, logRatios });
        const after = judgeTiming({ ...QUESTION, logRatios: logRatios.map((value) => value + slower / 256) });
        expect(order[after.verdict]).toBeGreaterThanOrEqual(order[before.verdict]);
        expect(before.change).toBeCloseTo(Math.expm1(hodgesLehmann(logRatios)), 12);
      }),
    );
  });
});

describe('a pair’s log-ratio', () => {
  it('is the median over its blocks, in the order of the pairs', () => {
    const row = (pair: number, blocks: (readonly [number, number])[]) => ({
      pair,
      arm: 'a',
      control: 'c',
      metric: 'completionMs',
      blocks,
    });
    const rows = [
      row(1, [[4, 1]]),
      row(0, [
        [2, 1],
        [8, 1],
        [3, 1],
      ]),
      { ...row(2, [[9, 1]]), control: 'other' },
      row(3, []),
    ];
    expect(pairLogRatios(rows, { arm: 'a', control: 'c', metric: 'completionMs' })).toEqual([Math.log(3), Math.log(4)]);
  });
});
