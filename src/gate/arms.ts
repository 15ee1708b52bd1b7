import { metricAt } from '../metrics/index.js';
import type { TargetRow } from '../record/record.js';
import { judgeCount } from './counts.js';
import { pairLogRatios } from './pairs.js';
import type { GateSpec } from './spec.js';
import { notEvaluated, type TargetData } from './target-data.js';
import { judgeTiming } from './timing.js';
import { percent } from './wording.js';

/** A gate that compares two arms of the same run. */
export type ArmGate = GateSpec & { readonly against: string };

export function isArmGate(gate: GateSpec): gate is ArmGate {
  return gate.against !== undefined;
}

/** Is it judged by a test, which shares the error rate? A count is compared as it is. */
export function isTested({ metric }: GateSpec): boolean {
  return metricAt(metric)?.definition.shape !== 'count';
}

/** Judges an arm against another one of the same run, in the gates' order; of a timing the ratio is shown. */
export function judgeArms(gates: readonly ArmGate[], data: TargetData): TargetRow[] {
  return gates.map((gate) => ({
    id: `${gate.arm}:${gate.metric}`,
    title: `${gate.metric} no worse than ${gate.against}`,
    arm: gate.arm,
    metric: gate.metric,
    byConstruction: false,
    ...(isTested(gate) ? timing(gate, data) : count(gate, data)),
  }));
}

type Judged = Omit<TargetRow, 'id' | 'title' | 'arm' | 'metric' | 'byConstruction'>;

function timing({ arm, against, metric, margin, deadZone }: ArmGate, data: TargetData): Judged {
  const { judged, look, contaminated } = data;
  const logRatios = pairLogRatios(data.pairs, { arm, control: against, metric });
  const limits = { margin, deadZone, judged, look, contaminated };
  const { change, interval, ...judgement } = judgeTiming({ metric, versus: against, logRatios, ...limits });
  const worse = metricAt(metric)?.definition.better === 'higher' ? 'less' : 'more';
  return {
    rule: `not ${percent(margin)} ${worse} than ${against}`,
    ...judgement,
    value: change === null ? null : 1 + change,
    interval: interval && [1 + interval[0], 1 + interval[1]],
  };
}

function count({ arm, against, metric }: ArmGate, { arms }: TargetData): Judged {
  const [measured, stored] = [arms[arm]?.metrics[metric], arms[against]?.metrics[metric]];
  const rule = `exactly as ${against}`;
  if (typeof measured !== 'number' || typeof stored !== 'number')
    return { rule, ...notEvaluated(`Both arms must have ${metric}, and they do not.`) };
  const { verdict, reason } = judgeCount({ metric, stored, measured });
  const told = reason.replace('is stored', `is that of ${against}`);
  return { rule, verdict, value: measured, interval: null, n: arms[arm]?.launches ?? 0, reason: told };
}
