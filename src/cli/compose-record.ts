import { type Baseline, chooseBaselines, compareToBaseline, type RunContext } from '../baseline/index.js';
import { countJudged, judgeTargets, runVerdict, scenarioVerdict } from '../gate/index.js';
import { METRIC_VERSION } from '../metrics/index.js';
import {
  type BaselineRow,
  environment,
  type RunRecord,
  type RunVerdict,
  SCHEMA_VERSION,
  type ScenarioRecord,
} from '../record/index.js';
import type { RunMeasurement, ScenarioMeasurement } from '../runner/index.js';

/** What the record says of a run besides what was measured. */
export interface RunFacts {
  readonly runId: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly toolVersion: string;
  readonly seed: number;
  readonly quick: boolean;
  readonly overrides: Readonly<Record<string, string>>;
  readonly command: string;
  readonly warnings: readonly string[];
}

export interface Baselines {
  readonly all: readonly Baseline[];
  /** Those that the user named; compared whether they fit or not. Null: whichever fit. */
  readonly named: readonly string[] | null;
}

/** Judges what was measured, and puts both into the record of the run. */
export function composeRecord(measured: RunMeasurement, facts: RunFacts, baselines: Baselines): RunRecord {
  const host = environment(measured.pinning);
  const totals = {
    targets: countJudged(measured.scenarios.flatMap(({ scenario }) => scenario.targets)),
    gates: measured.scenarios.reduce((sum, { scenario }) => sum + scenario.gates.length, 0),
  };
  const missing: string[] = [];
  const scenarios = measured.scenarios.map((one): ScenarioRecord => {
    const judged = withTargets(one, totals.targets, facts.quick);
    const context: RunContext = {
      mode: facts.quick ? 'quick' : 'full',
      metricVersion: METRIC_VERSION,
      seed: facts.seed,
      fingerprint: host.fingerprint,
      gates: one.scenario.gates,
      judged: Math.max(1, totals.gates),
    };
    const rows = baselineRows(judged, context, baselines);
    if (rows.length === 0) missing.push(one.name);
    return { ...judged, baselines: rows, verdict: verdictOf(judged, rows, one.complete) };
  });
  const { toolVersion, ...rest } = facts;
  return {
    schemaVersion: SCHEMA_VERSION,
    metricVersion: METRIC_VERSION,
    tool: { name: 'mp-bench', version: toolVersion },
    ...rest,
    environment: host,
    verdict: measured.complete ? runVerdict(scenarios.map(({ verdict }) => verdict)) : 'partial',
    scenarios,
    warnings: [...facts.warnings, ...noBaseline(missing, facts.quick)],
  };
}

function withTargets(
  { scenario, complete, ...measured }: ScenarioMeasurement,
  judged: number,
  quick: boolean,
): ScenarioRecord {
  // Half the faults in a quick run, which says so; statistics.md asks for 12 in a full one.
  const fewestFelt = scenario.faults ? (quick ? scenario.sampling.pairs : 12) : 0;
  const targets = judgeTargets(scenario.targets, { ...measured, judged, fewestFelt });
  return { ...measured, targets, baselines: [], verdict: complete ? 'empty' : 'partial' };
}

function baselineRows(scenario: ScenarioRecord, context: RunContext, { all, named }: Baselines): BaselineRow[] {
  const chosen =
    named === null ? chooseBaselines(all, scenario, context) : all.filter(({ name }) => named.includes(name));
  return chosen.flatMap((baseline) => compareToBaseline(scenario, context, baseline));
}

function verdictOf(scenario: ScenarioRecord, baselines: readonly BaselineRow[], complete: boolean): RunVerdict {
  return scenarioVerdict({
    partial: !complete,
    agree: scenario.witness.agree,
    contaminated: false,
    rows: [...scenario.targets, ...baselines],
  });
}

function noBaseline(scenarios: readonly string[], quick: boolean): string[] {
  if (scenarios.length === 0) return [];
  const command = `mp-bench baseline record day3 --stack day3${quick ? ' --quick' : ''}`;
  return [
    `No baseline fits ${scenarios.join(', ')}, so nothing was compared with an earlier day. To make one: ${command}`,
  ];
}
