import type { RowVerdict } from '../record/record.js';
import { type Look, spentShare } from './look.js';

/** One-sided level at which the data must rule the bad case out for a PASS, at any one look. */
export const PASS_LEVEL = 0.025;

/** Confidence of the two-sided intervals that are shown: its ends are those of two tests at `PASS_LEVEL`. */
export const SHOWN_CONFIDENCE = 1 - 2 * PASS_LEVEL;

// What all looks of a run may err together.
const FALSE_FAIL = 0.01;
const FALSE_PASS = 0.05;

/**
 * One-sided level of a FAIL: 1 % shared by everything judged in the run (Bonferroni), of which a look has its share and
 * never more than half, so that a run of one look is as strict as the first of two.
 */
export function failLevel(judged: number, look?: Look): number {
  return (FALSE_FAIL / Math.max(1, judged)) * Math.min(1 / 2, spentShare(look));
}

/** One-sided level of a PASS: a look's share of 5 %, and never more than `PASS_LEVEL`. */
export function passLevel(look?: Look): number {
  return Math.min(PASS_LEVEL, FALSE_PASS * spentShare(look));
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
export function verdictOf(evidence: Evidence, judged: number, look?: Look): RowVerdict {
  if (evidence.pBad <= failLevel(judged, look)) return 'fail';
  return evidence.pGood <= passLevel(look) ? 'pass' : 'inconclusive';
}
