import { describe, expect, it } from 'vitest';
import { type Baseline, baselineFromRecords, chooseBaselines, compareToBaseline } from '../../src/baseline/index.js';
import type { BaselineRow } from '../../src/record/record.js';
import { arm, context, pairsAround, record, runOf, scenario } from './records.js';

const gateOf = (days: number): Baseline =>
  baselineFromRecords(
    Array.from({ length: days }, (_, i) => runOf(i + 1)),
    { name: 'day3', role: 'gate', stack: 'day3' },
  ).baseline;
const day2 = baselineFromRecords([record()], { name: 'day2', role: 'reference', stack: 'day2' }).baseline;

function rowOf(rows: readonly BaselineRow[], metric: string): BaselineRow {
  const row = rows.find((candidate) => candidate.metric === metric);
  if (!row) throw new Error(`no row for ${metric} among ${rows.map((other) => other.metric).join(', ')}`);
  return row;
}

const measured = (logRatio: number) => scenario({ pairs: pairsAround('responseTimeMs.p50', logRatio) });

describe('a baseline that does not fit', () => {
  const only = (baseline: Baseline, changes: Parameters<typeof context>[0] = {}, hash = 'abc123'): BaselineRow => {
    const rows = compareToBaseline(scenario({ hash }), context(changes), baseline);
    expect(rows).toHaveLength(1);
    return rowOf(rows, '*');
  };

  it('gives one row that says why', () => {
    expect(only(gateOf(1), {}, 'other')).toMatchObject({ verdict: 'notEvaluated', arm: 'pooled', change: null });
    expect(only(gateOf(1), {}, 'other').reason).toContain('another one now (other)');
    expect(only(gateOf(1), { mode: 'quick' }).reason).toBe('It holds no quick runs of rest-polling.');
    expect(only(gateOf(1), { metricVersion: 2 }).reason).toContain('version 1 of the metrics');
    const [row] = compareToBaseline(scenario({ name: 'failover' }), context(), gateOf(1));
    expect(row?.reason).toBe('It holds no runs of failover.');
  });

  it('gives one row when the control arm was not run', () => {
    const { unpooled: _left, ...arms } = scenario().arms;
    const rows = compareToBaseline(scenario({ arms }), context(), gateOf(1));
    expect(rows.map(({ verdict, metric }) => [verdict, metric])).toEqual([['notEvaluated', '*']]);
  });
});

describe('counts', () => {
  const withCounts = (metrics: Record<string, number>, launches = 12) =>
    scenario({ arms: { ...scenario().arms, pooled: arm({ launches, metrics }) } });

  it('pass when equal and fail when worse, with the difference', () => {
    expect(rowOf(compareToBaseline(scenario(), context(), gateOf(1)), 'connectionsOpened')).toMatchObject({
      verdict: 'pass',
      stored: 384,
      measured: 384,
      change: 0,
      advisory: false,
    });
    const worse = withCounts({ operations: 960, connectionsOpened: 390, retries: 0 });
    expect(rowOf(compareToBaseline(worse, context(), gateOf(1)), 'connectionsOpened')).toMatchObject({
      verdict: 'fail',
      change: 6,
    });
  });

  it('grow with the launches of an extension', () => {
    const doubled = withCounts({ operations: 1920, connectionsOpened: 768, retries: 0 }, 24);
    const rows = compareToBaseline(doubled, context(), gateOf(1));
    expect(rowOf(rows, 'connectionsOpened')).toMatchObject({ verdict: 'pass', stored: 768, measured: 768 });
    const odd = withCounts({ operations: 1920, connectionsOpened: 770, retries: 0 }, 24);
    expect(rowOf(compareToBaseline(odd, context(), gateOf(1)), 'connectionsOpened').verdict).toBe('inconclusive');
  });

  describe('of runs that took unlike numbers of launches', () => {
    const rowsOf = (metric: string, values: readonly number[]) =>
      values.map((value, launch) => ({ launch, arm: 'pooled', metric, value }));
    const run = (opened: readonly number[], failed: readonly number[]) => {
      const total = opened.reduce((sum, value) => sum + value, 0);
      const metrics = {
        connectionsOpened: total,
        operationErrorRate: failed.reduce((a, b) => a + b, 0) / failed.length,
      };
      return scenario({
        arms: { ...scenario().arms, pooled: arm({ launches: opened.length, metrics }) },
        deterministic: { pooled: ['connectionsOpened', 'operationErrorRate'] },
        launches: [...rowsOf('connectionsOpened', opened), ...rowsOf('operationErrorRate', failed)],
      });
    };
    const stored = baselineFromRecords([record({ scenarios: [run([32, 31, 30, 29], [0, 0, 0.25, 0])] })], {
      name: 'day3',
      stack: 'day3',
      role: 'gate',
    }).baseline;
    const row = (opened: readonly number[], failed: readonly number[], metric: string) =>
      rowOf(compareToBaseline(run(opened, failed), context(), stored), metric);

    it('are compared exactly over the launches that both have', () => {
      expect(row([32, 31], [0, 0], 'connectionsOpened')).toMatchObject({ verdict: 'pass', stored: 63, measured: 63 });
      expect(row([32, 33], [0, 0], 'connectionsOpened')).toMatchObject({ verdict: 'fail', change: 2 });
      const longer = row([32, 31, 30, 29, 99], [0, 0, 0.25, 0, 0], 'connectionsOpened');
      expect(longer).toMatchObject({ verdict: 'pass', stored: 122, measured: 122 });
    });

    it('and rates by their means over those', () => {
      expect(row([32, 31], [0, 0], 'operationErrorRate')).toMatchObject({ verdict: 'pass', stored: 0, measured: 0 });
      expect(row([32, 31], [0, 0.5], 'operationErrorRate')).toMatchObject({ verdict: 'fail', measured: 0.25 });
    });
  });

  it('stay open when they differ under another seed', () => {
    const worse = withCounts({ operations: 960, connectionsOpened: 390, retries: 0 });
    const row = rowOf(compareToBaseline(worse, context({ seed: 8 }), gateOf(1)), 'connectionsOpened');
    expect(row.verdict).toBe('inconclusive');
    expect(row.reason).toContain('The seed is another (8, stored 7)');
  });

  it('are not evaluated when the arm has them no more', () => {
    const row = rowOf(compareToBaseline(withCounts({ operations: 960 }), context(), gateOf(1)), 'retries');
    expect(row).toMatchObject({ verdict: 'notEvaluated', measured: null });
  });

  it('of a reference are those of its own stack’s arm, and never fail', () => {
    const rows = compareToBaseline(scenario(), context(), day2);
    expect(rowOf(rows, 'connectionsOpened')).toMatchObject({
      arm: 'unpooled',
      stored: 960,
      verdict: 'pass',
      advisory: true,
    });
    const changed = scenario({
      arms: { ...scenario().arms, unpooled: arm({ stack: 'day2', role: 'control', metrics: { operations: 961 } }) },
    });
    expect(rowOf(compareToBaseline(changed, context(), day2), 'operations')).toMatchObject({
      verdict: 'inconclusive',
      advisory: true,
    });
  });
});

describe('the timing of a reference', () => {
  it('shows how far the highest stack has come from it, as ratios to the control', () => {
    const row = rowOf(compareToBaseline(scenario(), context(), day2), 'responseTimeMs.p50');
    expect(row).toMatchObject({ arm: 'pooled', verdict: 'pass', advisory: true, stored: 1 });
    expect(row.measured).toBeCloseTo(Math.exp(-1), 10);
    expect(row.change).toBeCloseTo(Math.exp(-1) - 1, 10);
    expect(row.interval?.[0]).toBeLessThan(row.change ?? 0);
    expect(row.reason).toContain('63.2 % less (better): pooled against unpooled of day2');
  });

  it('never fails, even when it got worse', () => {
    const row = rowOf(compareToBaseline(measured(0.5), context(), day2), 'responseTimeMs.p50');
    expect(row).toMatchObject({ verdict: 'pass', advisory: true });
    expect(row.reason).toContain('(worse)');
  });
});

describe('the timing of a gate', () => {
  it('is judged with five runs of this environment', () => {
    const baseline = gateOf(5);
    const judge = (logRatio: number) =>
      rowOf(compareToBaseline(measured(logRatio), context(), baseline), 'responseTimeMs.p50');
    expect(judge(-1)).toMatchObject({ verdict: 'pass', advisory: false, arm: 'pooled' });
    expect(judge(-0.75)).toMatchObject({ verdict: 'fail', advisory: false });
    expect(judge(-0.75).change).toBeCloseTo(Math.expm1(0.25), 6);
    expect(judge(-0.75).stored).toBeCloseTo(Math.exp(-1), 6);
  });

  it('is advisory with fewer, from elsewhere, or when the scenario does not gate it', () => {
    const rows = [
      compareToBaseline(measured(-0.5), context(), gateOf(4)),
      compareToBaseline(measured(-0.5), context({ fingerprint: 'machine-b' }), gateOf(5)),
      compareToBaseline(measured(-0.5), context({ gates: [] }), gateOf(5)),
    ].map((all) => rowOf(all, 'responseTimeMs.p50'));
    for (const row of rows) {
      expect(row).toMatchObject({ verdict: 'notEvaluated', advisory: true });
      expect(row.change).toBeCloseTo(Math.expm1(0.5), 1);
      expect(row.reason).toContain('(worse); advisory: ');
    }
    expect(rows.map((row) => row.reason)).toEqual([
      expect.stringContaining('4 of the 5 runs'),
      expect.stringContaining('another environment'),
      expect.stringContaining('does not gate this metric'),
    ]);
  });

  it('counts only the runs of this environment', () => {
    const away = { ...runOf(6), environment: { ...runOf(6).environment, fingerprint: 'machine-b' } };
    const { baseline } = baselineFromRecords([1, 2, 3, 4].map((day) => runOf(day)).concat(away), {
      name: 'day3',
      role: 'gate',
      stack: 'day3',
    });
    const row = rowOf(compareToBaseline(measured(-0.5), context(), baseline), 'responseTimeMs.p50');
    expect(row.reason).toContain('4 of the 5 runs');
  });

  it('is held against the runs of this environment alone', () => {
    const away = runOf(6, { pairs: pairsAround('responseTimeMs.p50', 2) });
    const records = [1, 2, 3, 4, 5].map((day) => runOf(day));
    const elsewhere = { ...away, environment: { ...away.environment, fingerprint: 'machine-b' } };
    const { baseline } = baselineFromRecords([...records, elsewhere], { name: 'day3', role: 'gate', stack: 'day3' });
    const row = rowOf(compareToBaseline(measured(-1), context(), baseline), 'responseTimeMs.p50');
    expect(row.verdict).toBe('pass');
    expect(row.stored).toBeCloseTo(Math.exp(-1), 6);
  });

  it('is not evaluated when a gated metric is missing on either side', () => {
    const rows = compareToBaseline(scenario({ pairs: [] }), context(), gateOf(5));
    expect(rowOf(rows, 'responseTimeMs.p50')).toMatchObject({ verdict: 'notEvaluated', advisory: false, stored: null });
  });

  it('says nothing of a control arm against itself', () => {
    const { baseline } = baselineFromRecords([record()], { name: 'old', role: 'gate', stack: 'day2' });
    const rows = compareToBaseline(scenario(), context({ gates: [] }), baseline);
    expect(rows.map(({ metric }) => metric)).toEqual(['operations', 'connectionsOpened', 'reuseRate']);
  });
});

describe('choosing baselines', () => {
  it('takes every reference that fits and the newest gate that fits', () => {
    const older = { ...gateOf(1), name: 'older' };
    const newer = { ...gateOf(3), name: 'newer' };
    const newest = {
      ...baselineFromRecords([runOf(9, { hash: 'other' })], { name: 'unfit', role: 'gate', stack: 'day3' }).baseline,
    };
    const chosen = chooseBaselines([older, newest, newer, day2], scenario(), context());
    expect(chosen.map(({ name }) => name)).toEqual(['day2', 'newer']);
    expect(chooseBaselines([older], scenario(), context({ mode: 'quick' }))).toEqual([]);
  });
});
