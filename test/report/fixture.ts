import { readFileSync } from 'node:fs';
import { type LoadedScenario, loadScenario } from '../../src/scenario/index.js';
import type {
  ArmRecord,
  BaselineRow,
  Distribution,
  FaultRow,
  RunRecord,
  ScenarioRecord,
  TargetRow,
  WitnessCheck,
} from '../../src/record/index.js';

/** Runs as they come out of the runner, small but with every kind of row; figures are invented. */

const distribution = (p50: number, p90: number, p99: number, max: number): Distribution => ({
  count: 5760,
  p50,
  p90,
  p99,
  max,
  hdr: 'HISTFAAAAB542pNpmSzMwMCgyIAAAAAA',
});

const arm = (
  stack: ArmRecord['stack'],
  driver: string,
  role: ArmRecord['role'],
  metrics: ArmRecord['metrics'],
): ArmRecord => ({
  stack,
  driver,
  role,
  launches: role === 'control' ? 12 : driver === 'default' ? 2 : 12,
  metrics,
  warmUp: null,
  errors: {},
  acquires: null,
  setupPartsMs: null,
});

const POLLING_ARMS: ScenarioRecord['arms'] = {
  unpooled: arm('day2', 'unpooled', 'control', {
    hitRate: 0,
    reuseRate: 0,
    usesPerConnection: 1,
    acquireLatencyMs: distribution(201.6, 203.9, 211.2, 260.1),
    setupCostPerOpMs: 202.1,
    connectionsOpened: 11520,
    operations: 11520,
    responseTimeMs: distribution(303.1, 306.4, 318.2, 371.5),
    operationErrorRate: 0,
    cpuUsPerOp: 1210,
    rssMb: 96.4,
  }),
  pooled: arm('day3', 'pooled', 'test', {
    hitRate: 0.894,
    reuseRate: 0.9972,
    usesPerConnection: 360,
    utilization: 0.761,
    acquireLatencyMs: distribution(0.004, 21.7, 58.3, 103.9),
    setupCostPerOpMs: 0.573,
    connectionsOpened: 32,
    operations: 11520,
    responseTimeMs: distribution(101.4, 122.7, 160.9, 214.5),
    operationErrorRate: 0,
    cpuUsPerOp: 233,
    rssMb: 84.1,
  }),
  default: arm('day2', 'default', 'test', {
    reuseRate: 0.962,
    connectionsOpened: 71,
    operations: 1920,
    responseTimeMs: distribution(101.2, 103.8, 304.4, 330.1),
    operationErrorRate: 0,
    cpuUsPerOp: 301,
    rssMb: 91.7,
  }),
};

const POLLING_TARGETS: readonly TargetRow[] = [
  target('reuse', 'connection reuse +60 points', 'reuseRate', '≥ 0.6 above unpooled', 0.9972, [0.9971, 0.9973], true),
  target(
    'setup-cost',
    'set-up time −50 % (cost an operation)',
    'setupCostPerOpMs',
    '≤ 0.5 × unpooled',
    0.0028,
    [0.0027, 0.0029],
  ),
  target(
    'setup-wait',
    'set-up time −50 % (wait for a connection, median)',
    'acquireLatencyMs.p50',
    '≤ 0.5 × unpooled',
    0.00002,
    [0.00002, 0.00003],
  ),
  target('hit-rate', 'hit rate > 85 %', 'hitRate', '> 0.85', 0.894, [0.886, 0.902]),
  target('utilization', 'utilization > 70 %', 'utilization', '> 0.7', 0.761, [0.757, 0.766]),
];

function target(
  ...[id, title, metric, rule, value, interval, byConstruction = false]: [
    id: string,
    title: string,
    metric: string,
    rule: string,
    value: number,
    interval: readonly [number, number],
    byConstruction?: boolean,
  ]
): TargetRow {
  return {
    id,
    title,
    arm: 'pooled',
    metric,
    rule,
    value,
    interval,
    n: 12,
    verdict: 'pass',
    byConstruction,
    reason: '',
  };
}

const BASELINES: readonly BaselineRow[] = [
  row('day1', 'reference', 'responseTimeMs.p50', 1, 0.334, -0.666, [-0.671, -0.661]),
  row('day2', 'reference', 'cpuUsPerOp', 1, 0.99, -0.01, [-0.04, 0.02]),
  row('day3', 'gate', 'responseTimeMs.p50', 0.331, 0.334, 0.009, [-0.004, 0.021]),
  {
    ...row('day3', 'gate', 'cpuUsPerOp', 0.193, 0.186, -0.036, [-0.05, -0.021]),
    verdict: 'notEvaluated',
    advisory: true,
    reason: 'the scenario does not gate this metric',
  },
  row('day3', 'gate', 'connectionsOpened', 32, 32, 0, null),
  row('day3', 'gate', 'operations', 11520, 11520, 0, null),
  row('day3', 'gate', 'handshakesFull', 32, 32, 0, null),
];

function row(
  ...[name, role, metric, stored, measured, change, interval]: [
    name: string,
    role: BaselineRow['role'],
    metric: string,
    stored: number,
    measured: number,
    change: number,
    interval: BaselineRow['interval'],
  ]
): BaselineRow {
  const advisory = role === 'reference';
  return {
    name,
    role,
    arm: 'pooled',
    metric,
    stored,
    measured,
    change,
    interval,
    verdict: 'pass',
    advisory,
    reason: '',
  };
}

const check = (id: string, armName: string, client: number, exchange: number): WitnessCheck => ({
  id,
  arm: armName,
  client,
  exchange,
  remainder: exchange - client,
  agree: exchange === client,
  identity: 'accepted = opened by the client + cut in the handshake',
});

const fault = (
  armName: string,
  launch: number,
  detectedMs: number | null,
  recoveredMs: number | null,
  felt = true,
): FaultRow => ({
  arm: armName,
  launch,
  kind: (['refuse', 'silence', 'reset'] as const)[launch % 3] ?? 'reset',
  endpoint: launch % 2,
  injectedAtMs: 301.2,
  detectedMs,
  recoveredMs,
  durationMs: 1500,
  felt,
  operationsAffected: felt ? 7 : 0,
  streamsAffected: felt ? 2 : 0,
});

const LOADED = new Map<string, LoadedScenario>();

// Reading one takes longer than most of the tests.
function load(file: string): LoadedScenario {
  const loaded = LOADED.get(file) ?? loadScenario({ text: readFileSync(file, 'utf8'), file, quick: false });
  LOADED.set(file, loaded);
  return loaded;
}

function scenario(name: string, change: Partial<ScenarioRecord>): ScenarioRecord {
  const file = `scenarios/${name}.yaml`;
  const loaded = load(file);
  return {
    name,
    question: loaded.scenario.question,
    hash: '0123456789ab',
    source: file,
    resolved: loaded.resolved,
    verdict: 'pass',
    leases: 'exclusive',
    arms: {},
    deterministic: loaded.scenario.deterministic,
    targets: [],
    baselines: [],
    witness: { agree: true, checks: [] },
    faults: [],
    pairs: [],
    launches: [],
    warnings: [],
    durationMs: 126_000,
    command: `mp-bench run ${name} --seed 7`,
    ...change,
  };
}

const polling = (change: Partial<ScenarioRecord> = {}): ScenarioRecord =>
  scenario('rest-polling', {
    arms: POLLING_ARMS,
    targets: POLLING_TARGETS,
    baselines: BASELINES,
    witness: {
      agree: true,
      checks: [check('accepted', 'unpooled', 11520, 11520), check('accepted', 'pooled', 32, 32)],
    },
    pairs: [
      {
        pair: 0,
        arm: 'pooled',
        control: 'unpooled',
        metric: 'responseTimeMs.p50',
        blocks: [
          [101.4, 303.1],
          [101.5, 303],
        ],
      },
    ],
    launches: [{ launch: 0, arm: 'pooled', metric: 'hitRate', value: 0.894 }],
    ...change,
  });

const failover = (change: Partial<ScenarioRecord> = {}): ScenarioRecord =>
  scenario('failover', {
    leases: 'both',
    arms: {
      unpooled: arm('day2', 'unpooled', 'control', {
        operationErrorRate: 0.161,
        faultsFelt: 3,
        failoverMs: distribution(1500, 1500, 1500, 1500),
      }),
      pooled: arm('day3', 'pooled', 'test', {
        operationErrorRate: 0.012,
        faultsFelt: 2,
        failoverMs: distribution(287.4, 312.9, 312.9, 312.9),
      }),
    },
    targets: [
      target('failover', 'failover < 5 s, none missed', 'failoverMs.max', '< 5000 ms', 312.9, [287.4, 312.9]),
      target('errors', 'network errors −40 %', 'operationErrorRate', '≤ 0.6 × unpooled', 0.075, [0.051, 0.098]),
    ],
    witness: { agree: true, checks: [check('requests', 'pooled', 2640, 2640)] },
    faults: [
      fault('unpooled', 0, null, null),
      fault('unpooled', 1, null, null),
      fault('unpooled', 2, 411.3, 1302.5),
      fault('pooled', 0, 4.2, 24.9),
      fault('pooled', 1, 262.8, 312.9),
      fault('pooled', 2, null, null, false),
    ],
    ...change,
  });

function run(
  verdict: RunRecord['verdict'],
  scenarios: readonly ScenarioRecord[],
  change: Partial<RunRecord> = {},
): RunRecord {
  return {
    schemaVersion: 1,
    metricVersion: 1,
    tool: { name: 'mp-bench', version: '0.1.0' },
    runId: '20260301-093000-7',
    startedAt: '2026-03-01T09:30:00.000Z',
    durationMs: 252_400,
    seed: 7,
    quick: false,
    overrides: {},
    command: 'mp-bench run rest-polling failover --seed 7',
    environment: {
      fingerprint: '0f1e2d3c4b5a',
      node: 'v20.19.1',
      cpu: 'Example CPU @ 2.50GHz',
      cores: 2,
      os: 'Linux 6.8.0 x64',
      memoryMb: 7820,
      pinning: { exchange: 0, arm: 1 },
    },
    verdict,
    scenarios,
    warnings: [],
    ...change,
  };
}

export const passingRun = (): RunRecord => run('pass', [polling(), failover()]);

export function failingRun(): RunRecord {
  const missed: TargetRow = {
    ...target('hit-rate', 'hit rate > 85 %', 'hitRate', '> 0.85', 0.731, [0.719, 0.742]),
    verdict: 'fail',
    reason: 'even the upper end of the interval, 0.742, misses the limit',
  };
  const slower: BaselineRow = {
    ...row('day3', 'gate', 'responseTimeMs.p50', 0.331, 0.389, 0.175, [0.141, 0.208]),
    verdict: 'fail',
    reason: 'worse by more than the dead zone of 3 % (p = 0.0002)',
  };
  const more: BaselineRow = {
    ...row('day3', 'gate', 'connectionsOpened', 32, 35, 3, null),
    verdict: 'fail',
    reason: 'an exact count changed',
  };
  const targets = POLLING_TARGETS.map((one) => (one.id === 'hit-rate' ? missed : one));
  const baselines = BASELINES.map((one) => {
    if (one.role !== 'gate') return one;
    return one.metric === 'responseTimeMs.p50' ? slower : one.metric === 'connectionsOpened' ? more : one;
  });
  const command = 'mp-bench run rest-polling --set pool.max=24 --seed 7';
  return run('fail', [polling({ verdict: 'fail', targets, baselines, command }), failover()], {
    overrides: { 'pool.max': '24' },
    command: 'mp-bench run rest-polling failover --set pool.max=24 --seed 7',
    warnings: ['the event loop of the arms was late by 12 ms at p99'],
  });
}

export function inconclusiveRun(): RunRecord {
  const undecided: Partial<TargetRow> = {
    value: 0.52,
    interval: [0.31, 0.94],
    verdict: 'inconclusive',
    reason: 'the interval holds the limit',
    pairsToSettle: 31,
  };
  const thin: Partial<TargetRow> = {
    value: null,
    interval: null,
    verdict: 'notEvaluated',
    reason: 'fewer than 12 felt faults',
  };
  const targets = failover().targets.map((one): TargetRow =>
    Object.assign({}, one, one.id === 'errors' ? undecided : thin),
  );
  const baselines: BaselineRow[] = [
    {
      ...row('day3', 'gate', 'responseTimeMs.p50', 0.331, 0.35, 0.057, [-0.02, 0.131]),
      verdict: 'inconclusive',
      reason: 'neither worse than 3 % nor within 10 % could be shown',
    },
    {
      ...row('day2', 'reference', 'cpuUsPerOp', 1, 0.9, 0, null),
      stored: null,
      measured: null,
      change: null,
      verdict: 'notEvaluated',
      reason: 'another fingerprint',
    },
  ];
  return run(
    'inconclusive',
    [polling({ verdict: 'inconclusive', baselines, targets: [] }), failover({ verdict: 'inconclusive', targets })],
    {
      quick: true,
      command: 'mp-bench run rest-polling failover --quick --seed 7',
      warnings: ['with 6 pairs a timing gate can pass but not fail: 8 are needed for 1'],
    },
  );
}

export function invalidRun(): RunRecord {
  const checks = [check('accepted', 'unpooled', 11520, 11520), check('accepted', 'pooled', 32, 33)];
  return run('invalid', [polling({ verdict: 'invalid', witness: { agree: false, checks } })]);
}

/** The machine was disturbed: a count still stands, timing does not. */
export function contaminatedRun(): RunRecord {
  const warnings = ['28 % of the blocks were dropped'];
  return run('contaminated', [polling({ verdict: 'contaminated', warnings })]);
}

export const partialRun = (): RunRecord =>
  run(
    'partial',
    [polling({ verdict: 'partial', targets: [], baselines: [], arms: {}, witness: { agree: true, checks: [] } })],
    {
      durationMs: 9_300,
      warnings: ['stopped by SIGINT after 2 of 12 pairs'],
    },
  );

export const emptyRun = (): RunRecord => run('empty', []);

/** The run with its first scenario changed. */
export function withScenario(record: RunRecord, change: (scenario: ScenarioRecord) => ScenarioRecord): RunRecord {
  return { ...record, scenarios: record.scenarios.map((one, index) => (index === 0 ? change(one) : one)) };
}
