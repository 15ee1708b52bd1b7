import { describe, expect, it } from 'vitest';
import { MpBenchError } from '../../src/base/index.js';
import { acceptRecord, baselineFromRecords, baselineSchema } from '../../src/baseline/index.js';
import { arm, firstRun, firstScenario, pairsAround, record, runOf, scenario } from './records.js';

const OPTIONS = { name: 'day3', role: 'gate', stack: 'day3' } as const;

describe('a baseline made of records', () => {
  it('holds the stack’s exact counts and its log-ratios to the control arm, with provenance', () => {
    const { baseline, skipped } = baselineFromRecords([record()], OPTIONS);
    expect(skipped).toEqual([]);
    expect(baselineSchema.parse(JSON.parse(JSON.stringify(baseline)))).toEqual(baseline);
    expect(baseline).toMatchObject({ schemaVersion: 1, metricVersion: 1, name: 'day3', role: 'gate', stack: 'day3' });
    const stored = firstScenario(baseline);
    expect(stored).toMatchObject({
      name: 'rest-polling',
      hash: 'abc123',
      mode: 'full',
      arm: 'pooled',
      control: 'unpooled',
    });
    const run = firstRun(baseline);
    expect(run).toMatchObject({
      runId: 'run-1',
      fingerprint: 'machine-a',
      seed: 7,
      command: 'mp-bench run rest-polling',
    });
    // `handshakesResumed` is called deterministic, but the arm does not have it.
    expect(run.counts).toEqual({ operations: 960, connectionsOpened: 384, retries: 0 });
    expect(Object.keys(run.timings)).toEqual(['responseTimeMs.p50', 'throughput']);
    expect(run.timings['throughput']?.logRatio).toBeCloseTo(0.8, 12);
    expect(run.timings['throughput']?.pairs).toHaveLength(12);
  });

  it('takes the unpooled arm for day 2, not the default client, and knows the control to be at zero', () => {
    const { baseline } = baselineFromRecords([record()], { name: 'day2', role: 'reference', stack: 'day2' });
    expect(baseline.scenarios[0]).toMatchObject({ arm: 'unpooled', control: 'unpooled' });
    expect(firstRun(baseline).timings['throughput']).toEqual({ logRatio: 0, pairs: [] });
    expect(firstRun(baseline).counts).toEqual({ operations: 960, connectionsOpened: 960, reuseRate: 0 });
  });

  it('prefers any driver to the default client, and a paired arm to one that was not', () => {
    const arms = {
      default: arm({ stack: 'day2', driver: 'default' }),
      late: arm({ stack: 'day2', driver: 'unpooled' }),
      other: arm({ stack: 'day2', driver: 'unpooled' }),
      unpooled: arm({ stack: 'day1', driver: 'unpooled', role: 'control' }),
    };
    const pairs = [...pairsAround('completionMs', 0, 'default'), ...pairsAround('completionMs', 0.5, 'other')];
    const options = { name: 'day2', role: 'reference', stack: 'day2' } as const;
    const of = (changes: object): string =>
      firstScenario(baselineFromRecords([record({ scenarios: [scenario({ arms, ...changes })] })], options).baseline)
        .arm;
    expect(of({ pairs })).toBe('other');
    expect(of({ pairs: pairsAround('completionMs', 0, 'default') })).toBe('late');
  });

  it('holds several runs, oldest first, and both modes', () => {
    const { baseline } = baselineFromRecords([runOf(3), runOf(1), record({ quick: true }), runOf(2)], OPTIONS);
    const modes = baseline.scenarios.map(({ mode, runs }) => [mode, runs.map(({ runId }) => runId)]);
    expect(modes).toEqual([
      ['full', ['run-1', 'run-2', 'run-3']],
      ['quick', ['run-1']],
    ]);
    expect(baseline.createdAt).toBe('2025-01-01T00:00:00.000Z');
    expect(baseline.updatedAt).toBe('2025-01-03T00:00:00.000Z');
  });

  it('leaves out a metric that has no logarithm, and tails', () => {
    const spoiled = {
      pair: 12,
      arm: 'pooled',
      control: 'unpooled',
      metric: 'setupCostPerOpMs',
      blocks: [[0, 5] as const],
    };
    const zero = [...pairsAround('setupCostPerOpMs', 0), spoiled];
    const tails = [
      ...pairsAround('responseTimeMs.p99', 0),
      ...pairsAround('rssMb', 0),
      ...pairsAround('cpuUsPerOp', 0),
    ];
    const { baseline } = baselineFromRecords(
      [record({ scenarios: [scenario({ pairs: [...zero, ...tails] })] })],
      OPTIONS,
    );
    expect(Object.keys(firstRun(baseline).timings)).toEqual(['cpuUsPerOp']);
  });

  it('says what it skips, and refuses when nothing is left', () => {
    const other = scenario({ name: 'rest-burst', arms: { day1: arm({ stack: 'day1', role: 'control' }) } });
    const { skipped } = baselineFromRecords([record({ scenarios: [scenario(), other] })], OPTIONS);
    expect(skipped).toEqual(['rest-burst (run-1) has no arm on the day3 stack']);
    const day1 = { name: 'day1', role: 'reference', stack: 'day1' } as const;
    expect(() => baselineFromRecords([record()], day1)).toThrow(MpBenchError);
    expect(() => baselineFromRecords([], OPTIONS)).toThrow(/at least one record/);
    expect(() => baselineFromRecords([record()], { ...OPTIONS, name: '../day3' })).toThrow(/cannot be the name/);
    expect(() => baselineFromRecords([record(), record({ metricVersion: 2 })], OPTIONS)).toThrow(/different versions/);
  });

  it('is never made of numbers that cannot be trusted', () => {
    for (const verdict of ['invalid', 'contaminated', 'partial'] as const) {
      const bad = record({ scenarios: [scenario({ verdict })] });
      expect(() => baselineFromRecords([bad], OPTIONS)).toThrow(/nothing can be stored/);
    }
    expect(baselineFromRecords([record({ scenarios: [scenario({ verdict: 'fail' })] })], OPTIONS).skipped).toEqual([]);
  });
});

describe('accepting a record', () => {
  const options = { name: 'main', stack: 'day3' } as const;

  it('begins a gate baseline, adds runs to it, and stores none twice', () => {
    let { baseline } = acceptRecord(runOf(1), undefined, options);
    expect(baseline.role).toBe('gate');
    const before = structuredClone(baseline);
    const second = acceptRecord(runOf(2), baseline, options).baseline;
    expect(baseline).toEqual(before);
    baseline = acceptRecord(runOf(2), second, options).baseline;
    expect(firstScenario(baseline).runs.map(({ runId }) => runId)).toEqual(['run-1', 'run-2']);
    expect(baseline.createdAt).toBe(runOf(1).startedAt);
    expect(baseline.updatedAt).toBe(runOf(2).startedAt);
  });

  it('begins a scenario anew when it has changed, and everything when the metrics have', () => {
    const { baseline } = acceptRecord(runOf(1), undefined, options);
    const changed = acceptRecord(runOf(2, { hash: 'def456' }), baseline, options).baseline;
    expect(changed.scenarios.map(({ hash, runs }) => [hash, runs.length])).toEqual([['def456', 1]]);
    const redefined = acceptRecord({ ...runOf(2), metricVersion: 2 }, baseline, options).baseline;
    expect(redefined).toMatchObject({ metricVersion: 2, createdAt: runOf(2).startedAt });
    expect(firstScenario(redefined).runs).toHaveLength(1);
  });

  it('keeps the newest thirty runs', () => {
    const days = Array.from({ length: 31 }, (_, i) => runOf(i + 1));
    const { baseline } = baselineFromRecords(days, OPTIONS);
    expect(firstScenario(baseline).runs).toHaveLength(30);
    expect(firstRun(baseline).runId).toBe('run-2');
  });

  it('does not turn a reference, or another stack, into a gate', () => {
    const { baseline } = baselineFromRecords([record()], { name: 'day3', role: 'reference', stack: 'day3' });
    expect(() => acceptRecord(runOf(2), baseline, { name: 'day3', stack: 'day3' })).toThrow(/is a reference of day3/);
    const gate = baselineFromRecords([record()], OPTIONS).baseline;
    expect(() => acceptRecord(runOf(2), gate, { name: 'day3', stack: 'day2' })).toThrow(MpBenchError);
  });
});
