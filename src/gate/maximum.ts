import type { FaultRow } from '../record/record.js';
import { obeys } from './rule.js';
import type { TargetSpec } from './spec.js';
import { notEvaluated, type TargetData, type TargetJudgement } from './target-data.js';
import { inWords } from './wording.js';

/**
 * An exact target: every launch's value must obey the limit, and for a recovery time (`failoverMs`, `gapMs`,
 * `detectMs`) no felt fault may be missed. No statistics, so one value beyond the limit is enough for a FAIL.
 */
export function judgeMaximum(target: TargetSpec, data: TargetData, values: readonly number[]): TargetJudgement {
  const faults = faultsBehind(target, data.faults);
  const felt = faults?.filter((fault) => fault.felt) ?? [];
  const missed = felt.filter((fault) => isMissed(fault, target)).length;
  const outside = values.filter((value) => !obeys(value, target.is, target.limit)).length;
  const judged = (verdict: TargetJudgement['verdict'], reason: string): TargetJudgement => ({
    verdict,
    value: values.length > 0 ? values.reduce((a, b) => Math.max(a, b)) : null,
    interval: null,
    n: values.length,
    reason,
  });
  if (outside > 0 || missed > 0) {
    const beyond = `${outside} of ${values.length} values are beyond ${inWords(target.limit)}`;
    const misses = felt.length > 0 ? `, ${missed} of ${felt.length} felt faults were missed` : '';
    return judged('fail', `${beyond}${misses}.`);
  }
  if (faults !== undefined && faults.length > 0 && felt.length === 0) {
    return notEvaluated(`None of ${faults.length} faults was felt by ${target.arm}.`);
  }
  if (values.length === 0) return notEvaluated(`No launch of ${target.arm} has a value of ${target.metric}.`);
  return judged(...enoughFaults(values.length, faults && felt.length, data.fewestFelt ?? 0));
}

function enoughFaults(values: number, felt: number | undefined, fewest: number): ['pass' | 'inconclusive', string] {
  const within = `All ${values} values are within the limit`;
  if (felt === undefined) return ['pass', `${within}.`];
  if (felt >= fewest) return ['pass', `${within}; none of ${felt} felt faults was missed.`];
  return ['inconclusive', `${within}, but only ${felt} faults were felt and the verdict takes ${fewest}.`];
}

// Undefined for a metric that is not the time to recover from a fault.
function faultsBehind(target: TargetSpec, faults: readonly FaultRow[]): readonly FaultRow[] | undefined {
  const recovery = ['failoverMs.', 'gapMs.', 'detectMs.'].some((name) => target.metric.startsWith(name));
  return recovery ? faults.filter((fault) => fault.arm === target.arm) : undefined;
}

function isMissed(fault: FaultRow, target: TargetSpec): boolean {
  return (target.metric.startsWith('detectMs.') ? fault.detectedMs : fault.recoveredMs) === null;
}
