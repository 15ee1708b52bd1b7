import { metricAt, type MetricPath } from '../metrics/index.js';
import type { RowVerdict } from '../record/record.js';
import { cleanDifference } from '../statistics/index.js';
import { inWords } from './wording.js';

export interface CountQuestion {
  readonly metric: MetricPath;
  readonly stored: number;
  readonly measured: number;
  /** Whole number by which it may differ; measured beforehand where the wall clock races, else 0. */
  readonly tolerance?: number | undefined;
}

export interface CountJudgement {
  readonly verdict: RowVerdict;
  /** measured − stored. */
  readonly change: number;
  readonly reason: string;
}

/**
 * Compares an exact metric, without statistics: equal within the tolerance, or different in the better direction,
 * passes; anything else fails. A metric with no better direction must be equal.
 */
export function judgeCount({ metric, stored, measured, tolerance = 0 }: CountQuestion): CountJudgement {
  const change = cleanDifference(measured, stored);
  const allowed = tolerance > 0 ? ` within ±${tolerance}` : '';
  const values = `${inWords(measured)} where ${inWords(stored)} is stored`;
  if (Math.abs(change) <= tolerance) return { verdict: 'pass', change, reason: `Equal${allowed}: ${values}.` };
  const better = metricAt(metric)?.definition.better ?? 'neither';
  const improved = (better === 'lower' && change < 0) || (better === 'higher' && change > 0);
  if (improved) return { verdict: 'pass', change, reason: `Better: ${values}; accept the record to keep it.` };
  const fault = better === 'neither' ? 'An exact count differs' : 'An exact count got worse';
  return { verdict: 'fail', change, reason: `${fault}${allowed && ' by more than the tolerance'}: ${values}.` };
}
