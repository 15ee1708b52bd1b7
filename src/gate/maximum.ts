import type { FaultRow } from '../record/record.js';
import { obeys } from './rule.js';
import type { TargetSpec } from './spec.js';
import { notEvaluated, type TargetData, type TargetJudgement } from './target-data.js';
import { inWords, more } from './wording.js';

/**
 * An exact target: every launch's value must obey the limit, and for a recovery time (`failoverMs`, `gapMs`,
 * `detectMs`) no felt fault may be missed. No statistics, so one value beyond the limit is enough for a FAIL.
 */
export function judgeMaximum(target: TargetSpec, data: TargetData, values: readonly number[]): TargetJudgement {
  const faults = faultsBehind(target, data.faults);
  const felt = faults?.filter((fault) => fault.felt) ?? [];
  const missed = felt.filter((fault) => isMissed(fault, target)).length;
  const outside = values.filter((value) => !obeys(value, target.is, target.limit)).length;
  const shown = { value: values.length > 0 ? Math.max(...values) : null, interval: null, n: values.length };
  if (outside > 0 || missed > 0) {
    const beyond = `${outside} of ${values.length} values are beyond ${inWords(target.limit)}`;
    const misses = felt.length > 0 ? `, ${missed} of ${felt.length} felt faults were missed` : '';
    return { ...shown, verdict: 'fail', reason: `${beyond}${misses}.` };
  }
  if (faults !== undefined && faults.length > 0 && felt.length === 0) {
    return notEvaluated(`None of ${faults.length} faults was felt by ${target.arm}.`);
  }
  if (values.length === 0) return notEvaluated(`No launch of ${target.arm} has a value of ${target.metric}.`);
  return { ...shown, ...withinLimit(target, data, values.length, faults && felt.length) };
}

type Decision = Pick<TargetJudgement, 'verdict' | 'reason' | 'pairsToSettle'>;

function withinLimit(target: TargetSpec, data: TargetData, values: number, felt: number | undefined): Decision {
  const within = `All ${values} values are within the limit`;
  if (felt === undefined) return { verdict: 'pass', reason: `${within}.` };
  const fewest = data.fewestFelt ?? 0;
  if (felt >= fewest) return { verdict: 'pass', reason: `${within}; none of ${felt} felt faults was missed.` };
  const few = `${within}, but only ${felt} faults were felt and the verdict takes ${fewest}`;
  if (felt === 0) return { verdict: 'inconclusive', reason: `${few}.` };
  const launches = data.arms[target.arm]?.launches ?? values;
  const pairsToSettle = Math.ceil((launches * fewest) / felt);
  const settle = `${more(pairsToSettle - launches, 'launches')} with as many faults each would settle it.`;
  return { verdict: 'inconclusive', reason: `${few}: ${settle}`, pairsToSettle };
}

// Undefined for a metric that is not the time to recover from a fault.
function faultsBehind(target: TargetSpec, faults: readonly FaultRow[]): readonly FaultRow[] | undefined {
  const recovery = ['failoverMs.', 'gapMs.', 'detectMs.'].some((name) => target.metric.startsWith(name));
  return recovery ? faults.filter((fault) => fault.arm === target.arm) : undefined;
}

function isMissed(fault: FaultRow, target: TargetSpec): boolean {
  return (target.metric.startsWith('detectMs.') ? fault.detectedMs : fault.recoveredMs) === null;
}
