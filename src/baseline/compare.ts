import { judgeCount } from '../gate/index.js';
import { metricAt } from '../metrics/index.js';
import type { ArmRecord, BaselineRow, ScenarioRecord } from '../record/record.js';
import type { RunContext } from './context.js';
import type { Baseline, BaselineRun, BaselineScenario } from './format.js';
import { armOfStack, controlOf, launchValues, metricValue } from './measured.js';
import { timingRows } from './timing-rows.js';

/**
 * Compares a measured scenario with a baseline that should fit. Counts are compared exactly, with the arm of the same
 * stack only. Timing is compared as ratios to the control arm: a gate baseline's with the arm of its own stack, a
 * reference's with the arm of the highest stack that was run, which is what was improved. Rows of a reference are
 * advisory. A baseline that does not fit gives one row that says why.
 */
export function compareToBaseline(scenario: ScenarioRecord, context: RunContext, baseline: Baseline): BaselineRow[] {
  const stored = fittingScenario(scenario, context, baseline);
  const row = (arm: string, reason: string): BaselineRow => unfit(baseline, arm, reason);
  if (typeof stored === 'string') return [row(armOfStack(scenario, baseline.stack) ?? baseline.stack, stored)];
  const control = controlOf(scenario);
  if (control !== stored.control) {
    return [row(stored.arm, `The baseline is held against the control arm ${stored.control}, which was not run.`)];
  }
  const arm = scenario.arms[stored.arm];
  const counts = arm
    ? countRows(arm, { scenario, context, baseline, stored })
    : [row(stored.arm, `The arm was not run.`)];
  const measured = baseline.role === 'gate' ? stored.arm : highestArm(scenario);
  if (measured === undefined || !Object.hasOwn(scenario.arms, measured)) return counts;
  return [...counts, ...timingRows({ scenario, context, baseline, stored, arm: measured })];
}

/** The part of a baseline that fits a measured scenario, or the reason why there is none. */
export function fittingScenario(
  scenario: Pick<ScenarioRecord, 'name' | 'hash'>,
  context: Pick<RunContext, 'mode' | 'metricVersion'>,
  baseline: Baseline,
): BaselineScenario | string {
  if (baseline.metricVersion !== context.metricVersion) {
    return `It was recorded with version ${baseline.metricVersion} of the metrics; this is version ${context.metricVersion}.`;
  }
  const named = baseline.scenarios.filter((stored) => stored.name === scenario.name);
  if (named.length === 0) return `It holds no runs of ${scenario.name}.`;
  const inMode = named.find((stored) => stored.mode === context.mode);
  if (inMode === undefined) return `It holds no ${context.mode} runs of ${scenario.name}.`;
  if (inMode.hash === scenario.hash) return inMode;
  return `The scenario is another one now (${scenario.hash}) than when it was recorded (${inMode.hash}).`;
}

interface Counted {
  readonly scenario: ScenarioRecord;
  readonly context: RunContext;
  readonly baseline: Baseline;
  readonly stored: BaselineScenario;
}

function countRows(arm: ArmRecord, counted: Counted): BaselineRow[] {
  const run = counted.stored.runs.at(-1);
  return run
    ? Object.entries(run.counts).map(([metric, value]) => countRow(arm, run, { ...counted, metric, value }))
    : [];
}

function countRow(
  arm: ArmRecord,
  run: BaselineRun,
  { scenario, context, baseline, stored, metric, value }: Counted & { readonly metric: string; readonly value: number },
): BaselineRow {
  const common = commonLaunches(metric, launchValues(scenario, stored.arm, metric), run);
  const expected = common?.stored ?? value * launchFactor(metric, arm, run);
  const measured = common?.measured ?? metricValue(arm, metric) ?? null;
  const row = {
    name: baseline.name,
    role: baseline.role,
    arm: stored.arm,
    metric,
    stored: expected,
    measured,
    change: null,
    interval: null,
    advisory: baseline.role === 'reference',
  };
  if (measured === null) return { ...row, verdict: 'notEvaluated', reason: `The arm has no ${metric} any more.` };
  const { verdict, change, reason } = judgeCount({ metric, stored: expected, measured });
  const doubt = verdict === 'fail' ? doubtOf(arm, run, context, common !== undefined) : undefined;
  if (verdict === 'fail' && row.advisory) {
    const meaning = 'A reference never fails, but the stack that it stands for is no longer the same.';
    return { ...row, change, verdict: 'inconclusive', reason: `${reason} ${meaning}` };
  }
  if (doubt === undefined) return { ...row, change, verdict, reason };
  return { ...row, change, verdict: 'inconclusive', reason: `${reason} ${doubt}` };
}

// What both runs measured, where one of them took more launches: a run stops when its verdicts are clear.
function commonLaunches(
  metric: string,
  values: readonly number[],
  run: BaselineRun,
): { readonly stored: number; readonly measured: number } | undefined {
  const stored = run.launchCounts?.[metric] ?? [];
  const n = Math.min(values.length, stored.length);
  if (n === 0 || values.length === stored.length) return undefined;
  const share = metricAt(metric)?.definition.shape === 'count' ? 1 : n;
  const total = (all: readonly number[]): number => all.slice(0, n).reduce((sum, value) => sum + value, 0) / share;
  return { stored: total(stored), measured: total(values) };
}

// Counts add up over launches; rates do not.
function launchFactor(metric: string, arm: ArmRecord, run: BaselineRun): number {
  return metricAt(metric)?.definition.shape === 'count' ? arm.launches / run.launches : 1;
}

// What makes a different count no proof of a change in the code.
function doubtOf(arm: ArmRecord, run: BaselineRun, context: RunContext, sameLaunches: boolean): string | undefined {
  if (context.seed !== run.seed)
    return `The seed is another (${context.seed}, stored ${run.seed}), so it may differ; --seed ${run.seed} would settle it.`;
  if (!sameLaunches && arm.launches !== run.launches)
    return `The arm ran ${arm.launches} launches where ${run.launches} are stored, so the whole is scaled; as many would settle it.`;
  return undefined;
}

function highestArm(scenario: ScenarioRecord): string | undefined {
  return armOfStack(scenario, 'day3') ?? armOfStack(scenario, 'day2') ?? armOfStack(scenario, 'day1');
}

function unfit(baseline: Baseline, arm: string, reason: string): BaselineRow {
  return {
    name: baseline.name,
    role: baseline.role,
    arm,
    metric: '*',
    stored: null,
    measured: null,
    change: null,
    interval: null,
    verdict: 'notEvaluated',
    advisory: baseline.role === 'reference',
    reason,
  };
}
