import {
  type Baseline,
  chooseBaselines,
  controlOf,
  compareToBaseline,
  modeOf,
  type RunContext,
  spreadIsOpen,
} from '../baseline/index.js';
import {
  countJudged,
  isArmGate,
  isTested,
  judgeArms,
  judgeMachine,
  judgeTargets,
  runVerdict,
  scenarioVerdict,
} from '../gate/index.js';
import { METRIC_VERSION } from '../metrics/index.js';
import { environment, type RunRecord, SCHEMA_VERSION, type ScenarioRecord } from '../record/index.js';
import type { RunMeasurement, ScenarioMeasurement } from '../runner/index.js';
import type { LoadedScenario, Scenario } from '../scenario/index.js';

/** What a record says of the run beside its measurements. */
export interface RunIdentity {
  readonly version: string;
  readonly runId: string;
  readonly startedAt: string;
  readonly seed: number;
  readonly quick: boolean;
  readonly overrides: Readonly<Record<string, string>>;
  readonly command: string;
}

/** Baselines to compare with: the named ones in any case, or whichever of those found fit. */
export type Baselines = { readonly named: readonly Baseline[] } | { readonly found: readonly Baseline[] };

/** Felt faults that a failover target takes for a PASS in a full run. */
const FEWEST_FELT = 12;

/** What a run is judged by; all of it is known before the first measurement. */
export interface Rules {
  readonly identity: RunIdentity;
  readonly baselines: Baselines;
  /** All that the run is about, for everything judged in it shares the error rate. */
  readonly scenarios: readonly LoadedScenario[];
}

/** Judges what was measured: targets and baselines to rows, rows to verdicts. Deterministic. */
export function judgeRun(measured: RunMeasurement, rules: Rules, durationMs: number): RunRecord {
  const { version, ...rest } = rules.identity;
  const machine = environment(measured.pinning);
  const context = contextOf(rules, machine.fingerprint);
  const scenarios = measured.scenarios.map((scenario) => judgeScenario(scenario, context));
  return {
    schemaVersion: SCHEMA_VERSION,
    metricVersion: METRIC_VERSION,
    tool: { name: 'mp-bench', version },
    ...rest,
    durationMs,
    environment: machine,
    verdict: measured.complete ? runVerdict(scenarios.map(({ verdict }) => verdict)) : 'partial',
    scenarios,
    warnings: measured.complete ? [] : ['the run was stopped before its end'],
  };
}

/**
 * May more pairs still settle a verdict of the scenario? Targets are asked for their verdict, at the level of this look;
 * what is held against stored runs only for its spread.
 */
export function isOpen(measurement: ScenarioMeasurement, rules: Rules): boolean {
  const context = contextOf(rules, environment(null).fingerprint);
  if (judgeScenario(measurement, context).targets.some(({ verdict }) => verdict === 'inconclusive')) return true;
  const { scenario, ...measured } = measurement;
  const unjudged: ScenarioRecord = { ...measured, verdict: 'empty', targets: [], baselines: [] };
  return baselinesFor(unjudged, context).some((baseline) =>
    spreadIsOpen(unjudged, comparisonContext(scenario.gates, context), baseline),
  );
}

function contextOf({ identity, baselines, scenarios }: Rules, fingerprint: string): Context {
  const gates = scenarios.flatMap(({ scenario }) => scenario.gates);
  const whole = {
    tests:
      countJudged(scenarios.flatMap(({ scenario }) => scenario.targets)) +
      gates.filter((gate) => isArmGate(gate) && isTested(gate)).length,
    gates: gates.filter((gate) => !isArmGate(gate)).length,
  };
  return { identity, baselines, whole, fingerprint };
}

interface Context {
  readonly identity: RunIdentity;
  readonly baselines: Baselines;
  /** Statistical judgements in the whole run, which share the error rate. */
  readonly whole: { readonly tests: number; readonly gates: number };
  readonly fingerprint: string;
}

function judgeScenario(measurement: ScenarioMeasurement, context: Context): ScenarioRecord {
  const { scenario, complete, ...measured } = measurement;
  const { identity, whole } = context;
  const unjudged: ScenarioRecord = { ...measured, verdict: 'empty', targets: [], baselines: [] };
  const machine = judgeMachine(measured.machine ?? [], controlOf(measured) ?? '');
  const { contaminated } = machine;
  const data = {
    ...measured,
    contaminated,
    judged: whole.tests,
    look: measured.looks,
    ...(!identity.quick && { fewestFelt: FEWEST_FELT }),
  };
  const targets = [...judgeTargets(scenario.targets, data), ...judgeArms(scenario.gates.filter(isArmGate), data)];
  const compared = baselinesFor(unjudged, context);
  const baselines = compared.flatMap((baseline) =>
    compareToBaseline(unjudged, { ...comparisonContext(scenario.gates, context), contaminated }, baseline),
  );
  const verdict = scenarioVerdict({
    partial: !complete,
    agree: measured.witness.agree,
    contaminated,
    rows: [...targets, ...baselines],
  });
  const gatesStored = scenario.gates.length === 0 || !scenario.gates.every(isArmGate);
  const missing = !gatesStored || compared.some(({ role }) => role === 'gate') ? [] : [noGateBaseline(identity.quick)];
  return { ...measured, verdict, targets, baselines, warnings: [...measured.warnings, ...machine.reasons, ...missing] };
}

function comparisonContext(all: Scenario['gates'], { identity, whole, fingerprint }: Context): RunContext {
  const { seed } = identity;
  const gates = all.filter((gate) => !isArmGate(gate));
  return { mode: modeOf(identity), metricVersion: METRIC_VERSION, seed, fingerprint, gates, judged: whole.gates };
}

function baselinesFor(scenario: ScenarioRecord, { baselines, identity }: Context): readonly Baseline[] {
  if ('named' in baselines) return baselines.named;
  return chooseBaselines(baselines.found, scenario, { mode: modeOf(identity), metricVersion: METRIC_VERSION });
}

function noGateBaseline(quick: boolean): string {
  const command = `mp-bench baseline record day3 --stack day3 --role gate${quick ? ' --quick' : ''}`;
  return `no gate baseline fits, so only targets were judged; make one with: ${command}`;
}
