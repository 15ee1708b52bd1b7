import type { TargetRow } from '../record/record.js';
import {
  hodgesLehmann,
  type Interval,
  linearContrasts,
  median,
  ratioEstimate,
  signedRankInterval,
  type ValuePair,
} from '../statistics/index.js';
import { tooFewFailures } from './failures.js';
import { SHOWN_CONFIDENCE } from './levels.js';
import { judgeMaximum } from './maximum.js';
import { launchPairs, pairValues } from './pairs.js';
import { ruleInWords } from './rule.js';
import { judgeSample } from './sample.js';
import type { TargetSpec } from './spec.js';
import { notEvaluated, type TargetData, type TargetJudgement } from './target-data.js';

/** Judges every target of a scenario, in their order. */
export function judgeTargets(targets: readonly TargetSpec[], data: TargetData): TargetRow[] {
  return targets.map((target) => ({
    id: target.id,
    title: target.title,
    arm: target.arm,
    metric: target.metric,
    rule: ruleInWords(target),
    byConstruction: target.byConstruction ?? false,
    ...judge(target, data),
  }));
}

function judge(target: TargetSpec, data: TargetData): TargetJudgement {
  if (!Object.hasOwn(data.arms, target.arm)) return notEvaluated(`The arm ${target.arm} was not run.`);
  if (target.compare === 'absolute' || target.compare === 'maximum') return judgeLaunches(target, data);
  const { against } = target;
  if (against === undefined) return notEvaluated('The target names no arm to compare with.');
  if (!Object.hasOwn(data.arms, against)) return notEvaluated(`The arm ${against} was not run.`);
  return judgePairs(target, against, data);
}

function judgeLaunches(target: TargetSpec, data: TargetData): TargetJudgement {
  const rows = data.launches.filter((row) => row.arm === target.arm && row.metric === target.metric);
  const values = rows.map((row) => row.value).filter((value) => Number.isFinite(value));
  if (target.compare === 'maximum') return judgeMaximum(target, data, values);
  if (values.length === 0) return notEvaluated(`No launch of ${target.arm} has a value of ${target.metric}.`);
  const calm = rows.filter((row) => row.disturbed !== true && Number.isFinite(row.value)).map((row) => row.value);
  if (calm.length === 0) return notEvaluated(`The machine was disturbed during every launch of ${target.arm}.`);
  const sample = { values: calm, limit: target.limit, unit: 'launches', absent: rows.length - values.length } as const;
  return { ...shownCentre(calm), ...judgeSample(target, sample, data) };
}

function judgePairs(target: TargetSpec, against: string, data: TargetData): TargetJudgement {
  const comparand = { arm: target.arm, control: against, metric: target.metric };
  const blocks = pairValues(data.pairs, comparand);
  const all = blocks.length > 0 ? blocks : launchPairs(data.launches, comparand);
  const pairs = all.filter((pair) => Number.isFinite(pair.value) && Number.isFinite(pair.against));
  if (pairs.length === 0) {
    return notEvaluated(`No pair of ${target.arm} and ${against} has values of ${target.metric}.`);
  }
  const absent = all.length - pairs.length;
  if (target.compare === 'difference') {
    const values = linearContrasts(pairs, 1);
    return {
      ...shownCentre(values),
      ...judgeSample(target, { values, limit: target.limit, unit: 'pairs', absent }, data),
    };
  }
  const few = tooFewFailures(target, against, data.arms);
  if (few !== undefined) return { ...shownRatio(pairs), verdict: 'inconclusive', n: pairs.length, ...few };
  const values = linearContrasts(pairs, target.limit);
  return { ...shownRatio(pairs), ...judgeSample(target, { values, limit: 0, unit: 'pairs', absent }, data) };
}

type Shown = Pick<TargetJudgement, 'value' | 'interval'>;

function shownCentre(values: readonly number[]): Shown {
  return { value: hodgesLehmann(values), interval: shownInterval(signedRankInterval(values, SHOWN_CONFIDENCE)) };
}

// Without a positive value of the other arm in every pair a ratio has no bound: the quotient of the medians is shown.
function shownRatio(pairs: readonly ValuePair[]): Shown {
  const ratio = ratioEstimate(pairs, SHOWN_CONFIDENCE);
  if (ratio !== undefined) return { value: ratio.estimate, interval: shownInterval(ratio) };
  const quotient = median(pairs.map((pair) => pair.value)) / median(pairs.map((pair) => pair.against));
  return { value: Number.isFinite(quotient) ? quotient : null, interval: null };
}

// Fewer than six values have no interval of this confidence, and one without its level would mislead.
function shownInterval({ low, high, attained }: Interval): readonly [number, number] | null {
  return attained >= SHOWN_CONFIDENCE ? [low, high] : null;
}
