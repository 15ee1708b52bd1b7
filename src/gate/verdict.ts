import type { RowVerdict, RunVerdict } from '../record/record.js';

export interface JudgedRow {
  readonly verdict: RowVerdict;
  /** Shown only: neither fails the run nor counts as evaluated. */
  readonly advisory?: boolean | undefined;
}

export interface ScenarioOutcome {
  /** Stopped by a signal before it was done. */
  readonly partial: boolean;
  /** Both witnesses agree. */
  readonly agree: boolean;
  readonly contaminated: boolean;
  /** Targets, baseline rows and gates together. */
  readonly rows: readonly JudgedRow[];
}

/** First that applies: partial, invalid, fail, contaminated, empty, inconclusive, pass. */
export function scenarioVerdict({ partial, agree, contaminated, rows }: ScenarioOutcome): RunVerdict {
  const binding = rows.filter((row) => row.advisory !== true && row.verdict !== 'notEvaluated');
  if (partial) return 'partial';
  if (!agree) return 'invalid';
  if (binding.some((row) => row.verdict === 'fail')) return 'fail';
  if (contaminated) return 'contaminated';
  if (binding.length === 0) return 'empty';
  return binding.some((row) => row.verdict === 'inconclusive') ? 'inconclusive' : 'pass';
}

const WORST_FIRST = ['partial', 'invalid', 'fail', 'contaminated', 'inconclusive', 'pass'] as const;

/**
 * The verdict of a run from those of its scenarios: the worst of them. A scenario in which nothing was evaluated takes
 * no part; a run of nothing else is empty.
 */
export function runVerdict(scenarios: readonly RunVerdict[]): RunVerdict {
  return WORST_FIRST.find((verdict) => scenarios.includes(verdict)) ?? 'empty';
}
