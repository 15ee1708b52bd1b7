import { direction, FEWEST_RUNS, type GateSpec, judgeAgainstRuns, worseSign } from '../gate/index.js';
import type { BaselineRow, ScenarioRecord } from '../record/record.js';
import { hodgesLehmann, signedRankInterval } from '../statistics/index.js';
import type { RunContext } from './context.js';
import type { Baseline, BaselineRun, BaselineScenario, BaselineTiming } from './format.js';
import { timingsOf } from './measured.js';

export interface TimingComparison {
  readonly scenario: ScenarioRecord;
  readonly context: RunContext;
  readonly baseline: Baseline;
  readonly stored: BaselineScenario;
  /** The measured arm. */
  readonly arm: string;
}

interface Timed {
  readonly metric: string;
  readonly measured: BaselineTiming;
  /** Runs that have the metric, oldest first. */
  readonly runs: readonly BaselineRun[];
}

/** A row for each timing that both the measured arm and the stored runs have, and for each gated one in any case. */
export function timingRows(comparison: TimingComparison): BaselineRow[] {
  const { scenario, stored, arm, baseline, context } = comparison;
  const measured = timingsOf(scenario, arm, stored.control);
  const gates = baseline.role === 'gate' ? context.gates.filter((gate) => gate.arm === arm) : [];
  const gateOf = (metric: string): GateSpec | undefined => gates.find((gate) => gate.metric === metric);
  // Both sides at 0 by definition say nothing of each other.
  const comparable = arm === stored.control && stored.arm === stored.control ? [] : Object.entries(measured);
  const timed = comparable
    .map(([metric, timing]) => ({ metric, measured: timing, runs: stored.runs.filter((run) => run.timings[metric]) }))
    .filter(({ runs }) => runs.length > 0);
  const missing = gates.filter((gate) => !timed.some(({ metric }) => metric === gate.metric));
  return [
    ...timed.map((entry) =>
      baseline.role === 'reference'
        ? referenceRow(comparison, entry)
        : gateRow(comparison, entry, gateOf(entry.metric)),
    ),
    ...missing.map((gate) => missingRow(comparison, gate.metric)),
  ];
}

function referenceRow(comparison: TimingComparison, timed: Timed): BaselineRow {
  const { baseline, stored, arm } = comparison;
  const row = shownRow(comparison, timed);
  const sign = worseSign(timed.metric);
  const how = `${arm} against ${stored.arm} of ${baseline.stack}, both as ratios to ${stored.control} in their own runs`;
  return {
    ...row,
    verdict: 'pass',
    reason: `${direction(row.change ?? 0, sign)}: ${how}. A reference shows improvement and never fails.`,
  };
}

function gateRow(comparison: TimingComparison, timed: Timed, gate: GateSpec | undefined): BaselineRow {
  const { context } = comparison;
  const row = shownRow(comparison, timed);
  const sign = worseSign(timed.metric);
  const shown = direction(row.change ?? 0, sign);
  const here = timed.runs.filter((run) => run.fingerprint === context.fingerprint);
  const advise = (why: string): BaselineRow => ({ ...row, reason: `${shown}; advisory: ${why}` });
  if (gate === undefined) return advise('the scenario does not gate this metric.');
  if (here.length === 0) return advise('the stored runs are from another environment, whose timing is not comparable.');
  if (here.length < FEWEST_RUNS) {
    return advise(
      `${here.length} of the ${FEWEST_RUNS} runs of this environment that timing takes are stored, so the spread between runs is not known.`,
    );
  }
  const { verdict, change, interval, reason } = judgeAgainstRuns({
    metric: timed.metric,
    logRatios: timed.measured.pairs,
    stored: estimates(here, timed.metric),
    margin: gate.margin,
    deadZone: gate.deadZone,
    judged: context.judged,
    contaminated: context.contaminated,
  });
  const storedRatio = Math.exp(mean(estimates(here, timed.metric)));
  return { ...row, stored: storedRatio, change, interval, verdict, advisory: false, reason };
}

// Change and interval with the variance within this run alone; advisory, and not evaluated.
function shownRow({ baseline, arm }: TimingComparison, { metric, measured, runs }: Timed): BaselineRow {
  const storedLogRatio = mean(estimates(runs, metric));
  const changes = measured.pairs.map((value) => value - storedLogRatio);
  const range = changes.length > 0 ? signedRankInterval(changes) : undefined;
  return {
    name: baseline.name,
    role: baseline.role,
    arm,
    metric,
    stored: Math.exp(storedLogRatio),
    measured: Math.exp(measured.logRatio),
    change: Math.expm1(changes.length > 0 ? hodgesLehmann(changes) : measured.logRatio - storedLogRatio),
    interval: range && range.attained >= 0.95 ? [Math.expm1(range.low), Math.expm1(range.high)] : null,
    verdict: 'notEvaluated',
    advisory: true,
    reason: '',
  };
}

function missingRow({ baseline, arm, stored }: TimingComparison, metric: string): BaselineRow {
  return {
    name: baseline.name,
    role: baseline.role,
    arm,
    metric,
    stored: null,
    measured: null,
    change: null,
    interval: null,
    verdict: 'notEvaluated',
    advisory: false,
    reason: `There is no ratio of ${arm} to ${stored.control} in both this run and the stored ones.`,
  };
}

/** What each run says of a timing. */
export function estimates(runs: readonly BaselineRun[], metric: string): number[] {
  return runs.flatMap((run) => run.timings[metric]?.logRatio ?? []);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
