import { describe, expect, it } from 'vitest';
import { countJudged, judgeTargets, ruleInWords, type TargetData, type TargetSpec } from '../../src/gate/index.js';
import type { TargetRow } from '../../src/record/record.js';
import { arm, ARMS, data, fault, launchRows, pairRows, target } from './rows.js';

function judgeOne(spec: TargetSpec, given: TargetData): TargetRow {
  const [row] = judgeTargets([spec], given);
  if (!row) throw new Error('one target, one row');
  return row;
}

const twelve = (centre: number, step: number): number[] =>
  Array.from({ length: 12 }, (_, i) => centre + step * (i - 5.5));
const hitRates = (values: readonly number[], changes: Partial<TargetData> = {}) =>
  judgeOne(target(), data({ launches: launchRows('pooled', 'hitRate', values), ...changes }));

describe('an absolute target', () => {
  it('passes, fails, and stays open', () => {
    expect(hitRates(twelve(0.9, 0.001))).toMatchObject({ verdict: 'pass', n: 12, rule: '> 0.85' });
    expect(hitRates(twelve(0.8, 0.001))).toMatchObject({ verdict: 'fail' });
    const open = hitRates(twelve(0.851, 0.002));
    expect(open.verdict).toBe('inconclusive');
    const [, more] = /About (\d+) more launches at the spread seen would settle it/.exec(open.reason) ?? [];
    expect(open.pairsToSettle).toBe(12 + Number(more));
  });

  it('shows the Hodges–Lehmann estimate and an interval that agrees with a PASS', () => {
    const { value, interval } = hitRates(twelve(0.9, 0.001));
    expect(value).toBeCloseTo(0.9, 10);
    expect(interval?.[0]).toBeGreaterThan(0.85);
  });

  it('passes when every launch is exactly at the best value, from six launches on', () => {
    expect(hitRates([1, 1, 1, 1, 1, 1])).toMatchObject({ verdict: 'pass', value: 1, interval: [1, 1] });
    const five = hitRates([1, 1, 1, 1, 1]);
    expect(five).toMatchObject({ verdict: 'inconclusive', interval: null });
    expect(five.reason).toContain('a PASS below 6');
  });

  it('stays open when every launch lies on the limit itself', () => {
    expect(hitRates(Array.from({ length: 12 }, () => 0.85)).verdict).toBe('inconclusive');
  });

  it('fails no earlier than its share of the error rate allows', () => {
    const nine = Array.from({ length: 9 }, (_, i) => 0.5 + i / 1000);
    expect(hitRates(nine, { judged: 1 }).verdict).toBe('fail');
    expect(hitRates(nine, { judged: 8 }).verdict).toBe('inconclusive');
  });

  it('is turned around by the other comparison', () => {
    const below = target({ is: '<=', limit: 0.85 });
    const launches = launchRows('pooled', 'hitRate', twelve(0.8, 0.001));
    expect(judgeOne(below, data({ launches })).verdict).toBe('pass');
  });

  it('is not evaluated without its arm or its metric, and says so', () => {
    expect(judgeOne(target({ arm: 'absent' }), data())).toMatchObject({
      verdict: 'notEvaluated',
      value: null,
      reason: 'The arm absent was not run.',
    });
    expect(hitRates([])).toMatchObject({ verdict: 'notEvaluated', n: 0 });
  });

  it('does not pass on some launches when others have no value', () => {
    const row = hitRates([...twelve(0.9, 0.001), Number.NaN]);
    expect(row).toMatchObject({ verdict: 'inconclusive', n: 12 });
    expect(row.value).toBeCloseTo(0.9, 10);
  });

  it('does not fail on a disturbed machine', () => {
    expect(hitRates(twelve(0.5, 0.001), { contaminated: true }).verdict).toBe('inconclusive');
  });
});

describe('a difference', () => {
  const reuse = target({
    metric: 'reuseRate',
    compare: 'difference',
    against: 'unpooled',
    is: '>=',
    limit: 0.6,
    byConstruction: true,
  });

  it('is judged pair by pair', () => {
    const pairs = pairRows(
      'reuseRate',
      twelve(0.9, 0.001).map((value) => [value, 0] as const),
    );
    const row = judgeOne(reuse, data({ pairs }));
    expect(row).toMatchObject({ verdict: 'pass', rule: 'unpooled + 0.60 or more', byConstruction: true, n: 12 });
    expect(row.value).toBeCloseTo(0.9, 10);
  });

  it('pairs launches of the same number where no blocks are kept', () => {
    const launches = [
      ...launchRows('pooled', 'reuseRate', twelve(0.4, 0.001)),
      ...launchRows('unpooled', 'reuseRate', twelve(0.1, 0.001)),
    ];
    const row = judgeOne(reuse, data({ launches }));
    expect(row).toMatchObject({ verdict: 'fail', n: 12 });
    expect(row.value).toBeCloseTo(0.3, 10);
  });

  it('does not pass on some pairs when others have no value', () => {
    const pairs = pairRows(
      'reuseRate',
      [...twelve(0.9, 0.001), Number.NaN].map((value) => [value, 0] as const),
    );
    expect(judgeOne(reuse, data({ pairs }))).toMatchObject({ verdict: 'inconclusive', n: 12 });
  });

  it('is not evaluated without the other arm', () => {
    const without = data({ arms: { pooled: ARMS.pooled } });
    expect(judgeOne(reuse, without)).toMatchObject({
      verdict: 'notEvaluated',
      reason: 'The arm unpooled was not run.',
    });
    expect(judgeOne(reuse, data()).reason).toContain('No pair of pooled and unpooled');
    expect(judgeOne({ ...reuse, against: undefined }, data()).verdict).toBe('notEvaluated');
  });
});

describe('a ratio', () => {
  const setup = target({ metric: 'setupCostPerOpMs', compare: 'ratio', against: 'unpooled', is: '<=', limit: 0.5 });
  const ratioOf = (pairs: readonly (readonly [number, number])[], changes: Partial<TargetData> = {}) =>
    judgeOne(setup, data({ pairs: pairRows('setupCostPerOpMs', pairs), ...changes }));

  it('is judged by its linear contrasts and shown as a ratio with its interval', () => {
    const row = ratioOf(twelve(30, 0.1).map((control, i) => [control * (0.2 + 0.001 * i), control] as const));
    expect(row).toMatchObject({ verdict: 'pass', rule: '≤ 0.5 × unpooled' });
    expect(row.value).toBeCloseTo(0.2055, 3);
    expect(row.interval?.[1]).toBeLessThan(0.5);
    expect(ratioOf(twelve(30, 0.1).map((control, i) => [control * (0.7 + 0.001 * i), control] as const)).verdict).toBe(
      'fail',
    );
  });

  it('takes a zero for a value', () => {
    expect(ratioOf(twelve(30, 0.1).map((control) => [0, control] as const))).toMatchObject({
      verdict: 'pass',
      value: 0,
    });
  });

  it('stays open, without a number that is none, when both sides are zero', () => {
    expect(ratioOf(twelve(0, 0).map(() => [0, 0] as const))).toMatchObject({
      verdict: 'inconclusive',
      value: null,
      interval: null,
    });
  });

  it('takes a ratio of exactly the limit for open, whatever the rounding', () => {
    const rows = twelve(0.7, 0.1).map((control) => [control * 0.1 * 5, control] as const);
    expect(ratioOf(rows).verdict).toBe('inconclusive');
  });

  it('agrees with its own interval', () => {
    for (const centre of [0.3, 0.45, 0.49, 0.5, 0.51, 0.6]) {
      const row = ratioOf(
        twelve(20, 1).map((control, i) => [control * (centre + 0.01 * ((i * 7) % 12) - 0.055), control] as const),
      );
      if (row.verdict === 'pass') expect(row.interval?.[1]).toBeLessThanOrEqual(0.5);
      if (row.verdict === 'fail') expect(row.interval?.[0]).toBeGreaterThanOrEqual(0.5);
    }
  });
});

describe('a ratio of error rates', () => {
  const errors = target({ metric: 'operationErrorRate', compare: 'ratio', against: 'unpooled', is: '<=', limit: 0.6 });
  const withFailures = (rate: number) =>
    data({
      arms: { ...ARMS, unpooled: arm({ ...ARMS.unpooled, metrics: { operationErrorRate: rate, operations: 2640 } }) },
      pairs: pairRows(
        'operationErrorRate',
        twelve(0.02, 0.0001).map((rate) => [0.1 * rate, rate] as const),
      ),
    });

  it('needs thirty failures of the other arm', () => {
    expect(judgeOne(errors, withFailures(29 / 2640))).toMatchObject({ verdict: 'inconclusive', n: 12 });
    expect(judgeOne(errors, withFailures(29 / 2640)).reason).toContain('Only 29 operations of unpooled failed');
    expect(judgeOne(errors, withFailures(30 / 2640)).verdict).toBe('pass');
  });

  it('says how many more pairs would bring the failures, or that only more faults would', () => {
    // 12 failures in 12 launches: 18 more launches bring the other 18.
    const few = judgeOne(errors, withFailures(12 / 2640));
    expect(few).toMatchObject({ verdict: 'inconclusive', pairsToSettle: 30 });
    expect(few.reason).toContain('About 18 more pairs at that rate would bring them.');
    const none = judgeOne(errors, withFailures(0));
    expect(none.reason).toContain('Only faults or a load under which they do would settle it.');
    expect(none).not.toHaveProperty('pairsToSettle');
  });

  it('stays open when the record does not say how many failed', () => {
    expect(judgeOne(errors, { ...withFailures(0.1), arms: ARMS }).verdict).toBe('inconclusive');
  });
});

describe('a maximum', () => {
  const failover = target({ metric: 'failoverMs.max', compare: 'maximum', is: '<', limit: 5000 });
  const judgeMaximum = (values: readonly number[], changes: Partial<TargetData> = {}) =>
    judgeOne(
      failover,
      data({ launches: launchRows('pooled', 'failoverMs.max', values), faults: [fault()], ...changes }),
    );

  it('is exact: one value beyond the limit fails, and so does the limit itself', () => {
    expect(judgeMaximum([40, 4999])).toMatchObject({ verdict: 'pass', value: 4999, interval: null, n: 2 });
    expect(judgeMaximum([40, 5001])).toMatchObject({ verdict: 'fail', value: 5001 });
    expect(judgeMaximum([5000]).verdict).toBe('fail');
  });

  it('fails on a fault that was never recovered from, however small the values', () => {
    const row = judgeMaximum([40, 1500], { faults: [fault(), fault({ recoveredMs: null })] });
    expect(row).toMatchObject({ verdict: 'fail' });
    expect(row.reason).toContain('1 of 2 felt faults were missed');
  });

  it('does not count faults that nobody felt, nor those of another arm', () => {
    const others = [fault({ felt: false, recoveredMs: null }), fault({ arm: 'unpooled', recoveredMs: null })];
    expect(judgeMaximum([40], { faults: [fault(), ...others] }).verdict).toBe('pass');
    expect(judgeMaximum([], { faults: [fault({ felt: false })] })).toMatchObject({
      verdict: 'notEvaluated',
      value: null,
    });
  });

  it('says how many more launches would bring the faults that are missing', () => {
    const row = judgeMaximum([40], { faults: [fault()], fewestFelt: 3, arms: { pooled: arm({ launches: 1 }) } });
    expect(row).toMatchObject({ verdict: 'inconclusive', pairsToSettle: 3 });
    expect(row.reason).toMatch(/the verdict takes 3: 2 more launches with as many faults each would settle it\.$/);
    expect(judgeMaximum([40], { faults: [], fewestFelt: 3 })).not.toHaveProperty('pairsToSettle');
  });

  it('stays open with fewer felt faults than the verdict takes', () => {
    expect(judgeMaximum([40], { fewestFelt: 12 }).verdict).toBe('inconclusive');
    expect(judgeMaximum([40], { faults: Array.from({ length: 12 }, () => fault()), fewestFelt: 12 }).verdict).toBe(
      'pass',
    );
  });

  it('asks nothing about faults of a metric that is no recovery time', () => {
    const row = judgeOne(
      target({ metric: 'eventLoopDelayMs.p99', compare: 'maximum', is: '<', limit: 50 }),
      data({
        launches: launchRows('pooled', 'eventLoopDelayMs.p99', [3]),
        faults: [fault({ recoveredMs: null })],
        fewestFelt: 12,
      }),
    );
    expect(row.verdict).toBe('pass');
  });
});

describe('targets', () => {
  it('are judged in their order, and only tests share the error rate', () => {
    const specs = [
      target({ id: 'a' }),
      target({ id: 'b', compare: 'maximum' }),
      target({ id: 'c', compare: 'ratio', against: 'unpooled' }),
    ];
    expect(judgeTargets(specs, data()).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(countJudged(specs)).toBe(2);
  });

  it('put their rules into words', () => {
    const difference = { compare: 'difference', against: 'unpooled' } as const;
    expect(ruleInWords(target({ ...difference, is: '>', limit: 0.125 }))).toBe('more than unpooled + 0.125');
    expect(ruleInWords(target({ ...difference, is: '<=', limit: -2 }))).toBe('unpooled − 2 or less');
    expect(ruleInWords(target({ ...difference, is: '<', limit: 0 }))).toBe('less than unpooled + 0');
    expect(ruleInWords(target({ compare: 'ratio', against: 'day1', is: '>=', limit: 2.5 }))).toBe('≥ 2.5 × day1');
    expect(ruleInWords(target({ compare: 'maximum', is: '<', limit: 5000 }))).toBe('every value < 5000');
  });
});
