import { seededRandom } from '../base/index.js';
import type { MetricPath } from '../metrics/index.js';
import {
  hodgesLehmann,
  permutationTest,
  signedRankInterval,
  standardDeviation,
  studentQuantile,
  studentTail,
} from '../statistics/index.js';
import { failLevel, PASS_LEVEL, SHOWN_CONFIDENCE, verdictOf } from './levels.js';
import { whatRunsWouldSettle } from './settle-runs.js';
import { direction, type TimingJudgement, worseBy, worseSign } from './timing.js';
import { percent, pValue } from './wording.js';

/** Fewest stored runs from which the spread between runs can be told. */
export const FEWEST_RUNS = 5;

export interface BetweenRunsQuestion {
  readonly metric: MetricPath;
  /** The measured run: one log-ratio to the control for each pair; at least one, all finite. */
  readonly logRatios: readonly number[];
  /** The estimate of each stored run, at least `FEWEST_RUNS`. */
  readonly stored: readonly number[];
  readonly margin: number;
  readonly deadZone: number;
  readonly judged: number;
  readonly contaminated?: boolean | undefined;
}

/**
 * Judges a run against stored ones, the run being the unit of replication. Two tests must agree on a FAIL: the exact
 * permutation test over runs (worse than the stored runs by more than the dead zone, at the level or at the smallest
 * p that one run among k + 1 can have), and Student's prediction bound for one further run, whose spread holds the
 * variance between runs and is never taken smaller than what the pairs of this run show by themselves. The second is
 * there because permutation alone could not reach the level with fewer than some 200 stored runs; the first because
 * it assumes nothing about the distribution. Simulated, an unchanged run fails in 0.3 % of cases on the very edge of the
 * dead zone when runs differ normally, in 1.4 % when they do so by Student's t with 3 degrees; with the default dead
 * zone in 0.0 and 0.2 %. PASS when the prediction bound rules the margin out.
 * Sources: Hahn & Meeker, Statistical Intervals (1991), one future observation; Pitman (1937).
 * @throws RangeError for fewer than `FEWEST_RUNS` stored runs.
 */
export function judgeAgainstRuns(question: BetweenRunsQuestion): TimingJudgement {
  const { stored, metric } = question;
  if (stored.length < FEWEST_RUNS) throw new RangeError(`At least ${FEWEST_RUNS} stored runs are needed.`);
  const sign = worseSign(metric);
  const runs = stored.length;
  const measured = hodgesLehmann(question.logRatios);
  const mean = stored.reduce((sum, value) => sum + value, 0) / runs;
  const worse = sign * (measured - mean);
  const { between, within } = spreadOfRuns(question);
  const spread = Math.max(between, within);
  // A new run and the mean of k stored ones differ by √(1 + 1/k) of what one run does.
  const deviation = spread * Math.sqrt(1 + 1 / runs);
  const margin = worseBy(question.margin, sign);
  const deadZone = worseBy(question.deadZone, sign);
  const tail = (distance: number): number => studentTail(distance / deviation, runs - 1);
  const pGood = tail(margin - worse);
  const pPrediction = tail(worse - deadZone);
  const pPermutation = permutationTest(
    [sign * measured - deadZone],
    stored.map((value) => sign * value),
    seededRandom('between runs'),
  ).pGreater;
  const reached = pPermutation <= Math.max(failLevel(question.judged), 1 / (runs + 1));
  const shown = verdictOf({ pGood, pBad: reached ? pPrediction : 1 }, question.judged);
  const verdict = shown === 'fail' && question.contaminated === true ? 'inconclusive' : shown;
  const reach = studentQuantile((1 - SHOWN_CONFIDENCE) / 2, runs - 1) * deviation;
  const change = measured - mean;
  const towards = { towardsPass: margin - worse, towardsFail: worse - deadZone };
  const settle = whatRunsWouldSettle({ runs, between, within, ...towards, judged: question.judged });
  return {
    verdict,
    change: Math.expm1(change),
    interval: [Math.expm1(change - reach), Math.expm1(change + reach)],
    n: question.logRatios.length,
    reason: `${metric} against ${runs} stored runs (as ratios to the control): ${direction(Math.expm1(change), sign)}; ${
      sentences({ pGood, pPrediction, pPermutation, spread, settle }, question)[shown === verdict ? shown : 'disturbed']
    }`,
  };
}

/**
 * Would more pairs make the comparison sharper? They would while the pairs of this run say less of it than runs differ
 * among each other. Asks for the spread alone and never for the outcome, so that stopping on it is no peeking.
 */
export function morePairsWouldSharpen(question: Pick<BetweenRunsQuestion, 'logRatios' | 'stored'>): boolean {
  if (question.stored.length < FEWEST_RUNS) return false;
  const { between, within } = spreadOfRuns(question);
  return within > between;
}

// Standard deviation of one run: as the stored ones differ, and as the pairs of this one say.
function spreadOfRuns({ logRatios, stored }: Pick<BetweenRunsQuestion, 'logRatios' | 'stored'>): {
  readonly between: number;
  readonly within: number;
} {
  const { low, high } = signedRankInterval(logRatios);
  return { between: Math.max(standardDeviation(stored), Number.EPSILON), within: (high - low) / 2 / 1.96 };
}

interface Found {
  readonly pGood: number;
  readonly pPrediction: number;
  readonly pPermutation: number;
  readonly spread: number;
  readonly settle: string;
}

function sentences(
  found: Found,
  question: BetweenRunsQuestion,
): Record<TimingJudgement['verdict'] | 'disturbed', string> {
  const margin = percent(question.margin);
  const bad = `worse by more than the dead zone of ${percent(question.deadZone)} (prediction ${pValue(found.pPrediction)}, permutation over runs ${pValue(found.pPermutation)})`;
  return {
    fail: `a further run like the stored ones would not be ${bad}.`,
    disturbed: `${bad}, but the machine itself was disturbed: run it again.`,
    pass: `${margin} worse or more is ruled out, the spread between runs included (${pValue(found.pGood)}).`,
    inconclusive: `neither ${margin} worse is ruled out (${pValue(found.pGood)}, needs ${PASS_LEVEL}) nor a worsening shown (${pValue(found.pPrediction)}, needs ${Number(failLevel(question.judged).toPrecision(2))}): runs differ by ${percent(found.spread)} themselves. ${found.settle} Both builds in one run (--base) may do it sooner.`,
    notEvaluated: 'not evaluated.',
  };
}
