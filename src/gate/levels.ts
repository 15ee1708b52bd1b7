import type { RowVerdict } from '../record/record.js';

/** One-sided level at which the data must rule the bad case out for a PASS. */
export const PASS_LEVEL = 0.025;

/** Confidence of the two-sided intervals that are shown: its ends are those of two tests at `PASS_LEVEL`. */
export const SHOWN_CONFIDENCE = 1 - 2 * PASS_LEVEL;

const FALSE_FAIL_LEVEL = 0.01;

/**
 * One-sided level of a FAIL: 1 % shared by everything judged in the run (Bonferroni), halved for the second look after
 * an extension.
 */
export function failLevel(judged: number): number {
  return FALSE_FAIL_LEVEL / Math.max(1, judged) / 2;
}

/** Fewest values with which the signed-rank test can reach a level: all on one side has the probability 2⁻ⁿ. */
export function fewestFor(level: number): number {
  return Math.ceil(-Math.log2(level));
}

/** p-values of the two one-sided tests. */
export interface Evidence {
  /** Of "not good enough", small when the data rule it out. */
  readonly pGood: number;
  /** Of "good enough", small when the data rule it out. */
  readonly pBad: number;
}

/** FAIL is asked first; neither shown is inconclusive. */
export function verdictOf(evidence: Evidence, judged: number): RowVerdict {
  if (evidence.pBad <= failLevel(judged)) return 'fail';
  return evidence.pGood <= PASS_LEVEL ? 'pass' : 'inconclusive';
}
