import type { Baseline, BaselineRun, BaselineScenario, RunContext } from '../../src/baseline/index.js';
import type { PairRow, RunRecord, ScenarioRecord } from '../../src/record/record.js';
import { arm } from '../record/arm.js';

export { arm };

/** Twelve pairs whose log-ratios lie evenly around `logRatio`. */
export function pairsAround(metric: string, logRatio: number, name = 'pooled', count = 12): PairRow[] {
  return Array.from({ length: count }, (_, pair) => {
    const ratio = Math.exp(logRatio + 0.002 * (pair - (count - 1) / 2));
    return { pair, arm: name, control: 'unpooled', metric, blocks: [[100 * ratio, 100] as const] };
  });
}

/** `rest-polling` as measured: pooled connections against unpooled ones, and what fetch does. */
export function scenario(changes: Partial<ScenarioRecord> = {}): ScenarioRecord {
  return {
    name: 'rest-polling',
    question: 'Are polled connections reused?',
    hash: 'abc123',
    source: 'scenarios/rest-polling.yaml',
    resolved: {},
    verdict: 'pass',
    leases: 'exclusive',
    arms: {
      default: arm({ stack: 'day2', driver: 'default', launches: 2, metrics: { operations: 160 } }),
      unpooled: arm({
        stack: 'day2',
        driver: 'unpooled',
        role: 'control',
        metrics: { operations: 960, connectionsOpened: 960, reuseRate: 0 },
      }),
      pooled: arm({ metrics: { operations: 960, connectionsOpened: 384, reuseRate: 0.93, retries: 0 } }),
    },
    deterministic: {
      unpooled: ['operations', 'connectionsOpened', 'reuseRate'],
      pooled: ['operations', 'connectionsOpened', 'retries', 'handshakesResumed'],
    },
    targets: [],
    baselines: [],
    witness: { agree: true, checks: [] },
    faults: [],
    pairs: [...pairsAround('responseTimeMs.p50', -1), ...pairsAround('throughput', 0.8)],
    launches: [],
    warnings: [],
    ...changes,
  };
}

export function record(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    schemaVersion: 1,
    metricVersion: 1,
    tool: { name: 'mp-bench', version: '0.1.0' },
    runId: 'run-1',
    startedAt: '2025-01-01T00:00:00.000Z',
    durationMs: 1000,
    seed: 7,
    quick: false,
    overrides: {},
    command: 'mp-bench run rest-polling',
    environment: {
      fingerprint: 'machine-a',
      node: 'v20.19.0',
      cpu: 'some cpu',
      cores: 2,
      os: 'linux',
      memoryMb: 4096,
      pinning: null,
    },
    verdict: 'pass',
    scenarios: [scenario()],
    warnings: [],
    ...changes,
  };
}

/** The n-th of a series of runs, a day apart, each a little different. */
export function runOf(day: number, changes: Partial<ScenarioRecord> = {}): RunRecord {
  const drift = 0.01 * ((day * 3) % 5) - 0.02;
  return record({
    runId: `run-${day}`,
    startedAt: `2025-01-${String(day).padStart(2, '0')}T00:00:00.000Z`,
    scenarios: [scenario({ pairs: pairsAround('responseTimeMs.p50', -1 + drift), ...changes })],
  });
}

export function context(changes: Partial<RunContext> = {}): RunContext {
  return {
    mode: 'full',
    metricVersion: 1,
    seed: 7,
    fingerprint: 'machine-a',
    gates: [{ arm: 'pooled', metric: 'responseTimeMs.p50', margin: 0.1, deadZone: 0.03 }],
    judged: 1,
    ...changes,
  };
}

export function firstScenario({ scenarios: [first] }: Baseline): BaselineScenario {
  if (!first) throw new Error('a baseline holds a scenario');
  return first;
}

export function firstRun(baseline: Baseline): BaselineRun {
  const [first] = firstScenario(baseline).runs;
  if (!first) throw new Error('a scenario holds a run');
  return first;
}
