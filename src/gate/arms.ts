import { metricAt } from '../metrics/index.js';
import type { TargetRow } from '../record/record.js';
import { pairLogRatios } from './pairs.js';
import type { GateSpec } from './spec.js';
import type { TargetData } from './target-data.js';
import { judgeTiming } from './timing.js';
import { percent } from './wording.js';

/** A gate that compares two arms of the same run. */
export type ArmGate = GateSpec & { readonly against: string };

export function isArmGate(gate: GateSpec): gate is ArmGate {
  return gate.against !== undefined;
}

/** Judges timings of an arm against another one of the same run, in the gates' order; what is shown is the ratio. */
export function judgeArms(gates: readonly ArmGate[], data: TargetData): TargetRow[] {
  return gates.map((gate) => {
    const { arm, against, metric, margin, deadZone } = gate;
    const { judged, look, contaminated } = data;
    const logRatios = pairLogRatios(data.pairs, { arm, control: against, metric });
    const limits = { margin, deadZone, judged, look, contaminated };
    const { change, interval, ...judgement } = judgeTiming({ metric, versus: against, logRatios, ...limits });
    const worse = metricAt(metric)?.definition.better === 'higher' ? 'less' : 'more';
    return {
      id: `${arm}:${metric}`,
      title: `${metric} no worse than ${against}`,
      arm,
      metric,
      rule: `not ${percent(margin)} ${worse} than ${against}`,
      byConstruction: false,
      ...judgement,
      value: change === null ? null : 1 + change,
      interval: interval && [1 + interval[0], 1 + interval[1]],
    };
  });
}
