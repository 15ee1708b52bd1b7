import { pairLogRatios } from '../gate/index.js';
import { metricAt, type MetricPath } from '../metrics/index.js';
import type { ArmRecord, ScenarioRecord } from '../record/record.js';
import { hodgesLehmann } from '../statistics/index.js';
import type { BaselineTiming, Stack } from './format.js';

type MeasuredScenario = Pick<ScenarioRecord, 'arms' | 'pairs'>;

/** The one arm that every other is paired with; undefined when it was not run. */
export function controlOf(scenario: MeasuredScenario): string | undefined {
  return Object.entries(scenario.arms).find(([, arm]) => arm.role === 'control')?.[0];
}

/**
 * The arm that stands for a stack: one that was paired with the control (or is the control) before one that was not,
 * then the first. Never the `default` driver, whose connections are the platform's own.
 */
export function armOfStack(scenario: MeasuredScenario, stack: Stack): string | undefined {
  const rank = (name: string, arm: ArmRecord): number => {
    const paired = arm.role === 'control' || scenario.pairs.some((row) => row.arm === name);
    return paired ? 0 : 1;
  };
  return Object.entries(scenario.arms)
    .filter(([, arm]) => arm.stack === stack && arm.driver !== 'default')
    .map(([name, arm]) => ({ name, rank: rank(name, arm) }))
    .toSorted((a, b) => a.rank - b.rank)[0]?.name;
}

/** The number at a metric path of an arm; undefined when the arm does not have it. */
export function metricValue(arm: ArmRecord, path: MetricPath): number | undefined {
  const found = metricAt(path);
  const value = found && arm.metrics[found.name];
  const number = typeof value === 'object' && found?.percentile ? value[found.percentile] : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** What each launch of an arm had of a metric, in their order; empty where the record does not say. */
export function launchValues(scenario: Pick<ScenarioRecord, 'launches'>, arm: string, metric: MetricPath): number[] {
  return scenario.launches
    .filter((row) => row.arm === arm && row.metric === metric)
    .toSorted((a, b) => a.launch - b.launch)
    .map(({ value }) => value);
}

/**
 * Timing of an arm as log-ratios to the control, for each metric that was measured pair by pair and has a better
 * direction (tails excepted: they are never compared with stored ones). A metric with a zero in any pair has no
 * log-ratio and is left out. The control itself is at 0 by definition.
 */
export function timingsOf(
  scenario: MeasuredScenario,
  arm: string,
  control: string,
): Record<MetricPath, BaselineTiming> {
  const paired = scenario.pairs.filter((row) => row.control === control && (row.arm === arm || arm === control));
  const metrics = [...new Set(paired.map((row) => row.metric))].filter(isComparable);
  const timings: Record<MetricPath, BaselineTiming> = {};
  for (const metric of metrics) {
    const pairs = arm === control ? [] : pairLogRatios(scenario.pairs, { arm, control, metric });
    if (pairs.some((value) => !Number.isFinite(value))) continue;
    timings[metric] = { logRatio: pairs.length > 0 ? hodgesLehmann(pairs) : 0, pairs };
  }
  return timings;
}

function isComparable(path: MetricPath): boolean {
  const metric = metricAt(path);
  if (metric === undefined || metric.definition.better === 'neither') return false;
  return metric.definition.shape !== 'count' && metric.percentile !== 'p99' && metric.percentile !== 'max';
}
