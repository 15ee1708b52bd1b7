import type { ScenarioRecord, TargetRow } from '../record/record.js';
import type { Look } from './look.js';

/** What the targets of a scenario are judged on: the record's own rows, so the same record gives the same verdict. */
export interface TargetData extends Pick<ScenarioRecord, 'arms' | 'launches' | 'pairs' | 'faults'> {
  /** Statistically judged targets of the whole run (`countJudged` over its scenarios). */
  readonly judged: number;
  /** Where in the run this is; left out for a run that looks once. */
  readonly look?: Look | undefined;
  /** Felt faults that a maximum of recovery times takes for a PASS; 0 when not given (12 in a full run). */
  readonly fewestFelt?: number | undefined;
  /** The control of the machine moved: no statistical FAIL. */
  readonly contaminated?: boolean | undefined;
}

export type TargetJudgement = Pick<TargetRow, 'verdict' | 'value' | 'interval' | 'n' | 'reason' | 'pairsToSettle'>;

export function notEvaluated(reason: string): TargetJudgement {
  return { verdict: 'notEvaluated', value: null, interval: null, n: 0, reason };
}
