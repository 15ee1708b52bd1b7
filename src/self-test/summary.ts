import { clopperPearson } from '../statistics/index.js';
import type { CaseOutcome, SelfTestCase } from './cases.js';

export interface CaseResult {
  readonly case: SelfTestCase;
  readonly outcomes: readonly CaseOutcome[];
}

/** What the self-test found of one case. */
export interface CaseSummary {
  readonly id: string;
  readonly title: string;
  /** Exit code and row that the case demands, in words. */
  readonly expected: string;
  /** Runs on a machine that was not disturbed. */
  readonly runs: number;
  readonly right: number;
  readonly undecided: number;
  readonly wrong: number;
  readonly disturbed: number;
  /** Exact 95 % interval of the share that ended as it had to (Clopper & Pearson 1934); null without runs. */
  readonly share: readonly [number, number] | null;
}

export function summarize({ case: one, outcomes }: CaseResult): CaseSummary {
  const count = (outcome: CaseOutcome): number => outcomes.filter((other) => other === outcome).length;
  const right = count('right');
  const disturbed = count('disturbed');
  const runs = outcomes.length - disturbed;
  const interval = runs > 0 ? clopperPearson(right, runs) : null;
  const row = one.row ? `${one.row.verdict.toUpperCase()}, ` : '';
  return {
    id: one.id,
    title: one.title,
    expected: `${row}exit ${one.exit}`,
    runs,
    right,
    undecided: count('undecided'),
    wrong: count('wrong'),
    disturbed,
    share: interval && [interval.low, interval.high],
  };
}

/**
 * Did the program do what it must? Every case had a run that counts, none ended wrongly, and each was found at least
 * once. Undecided runs are no error of the gate: it said that it did not know.
 */
export function holds(summaries: readonly CaseSummary[]): boolean {
  return summaries.every(({ wrong, right }) => wrong === 0 && right > 0);
}

export function isDisturbed(summaries: readonly CaseSummary[]): boolean {
  return summaries.some(({ runs }) => runs === 0);
}
