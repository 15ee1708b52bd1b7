import { metricAt, type MetricPath } from '../metrics/index.js';
import type { RowVerdict } from '../record/record.js';
import { hodgesLehmann, signedRankInterval, signedRankTest } from '../statistics/index.js';
import { failLevel, fewestFor, passLevel, SHOWN_CONFIDENCE, verdictOf } from './levels.js';
import type { Look } from './look.js';
import { whatWouldSettle } from './settle.js';
import { level, percent, pValue } from './wording.js';

export interface TimingQuestion {
  readonly metric: MetricPath;
  /** What the logarithms compare with, for the sentence: `control`, `the base build`. */
  readonly versus: string;
  /** One ln(measured ÷ compared with) for each launch pair. */
  readonly logRatios: readonly number[];
  /** A stored log-ratio that the measured ones are held against; 0 when both sides ran side by side. */
  readonly storedLogRatio?: number | undefined;
  readonly margin: number;
  readonly deadZone: number;
  /** Gated timing metrics of the whole run. */
  readonly judged: number;
  /** Where in the run this is; left out for a run that looks once. */
  readonly look?: Look | undefined;
  /** The control of the machine moved: what the test shows may be the machine's doing, so no FAIL. */
  readonly contaminated?: boolean | undefined;
}

export interface TimingJudgement {
  readonly verdict: RowVerdict;
  /** Relative change, 0.1 = 10 % more, whichever direction is better; null when not evaluated. */
  readonly change: number | null;
  /** 95 % interval of `change`; null when there are too few pairs for one. */
  readonly interval: readonly [number, number] | null;
  readonly n: number;
  readonly reason: string;
  /** Launch pairs in all that are expected to settle an inconclusive judgement; absent where no number of them is. */
  readonly pairsToSettle?: number;
}

/**
 * Judges one gated timing: FAIL when the exact one-sided test shows "worse by more than the dead zone", PASS when it
 * rules out "worse by the margin or more", else INCONCLUSIVE. Which way is worse comes from the metric.
 */
export function judgeTiming(question: TimingQuestion): TimingJudgement {
  const sign = worseSign(question.metric);
  const n = question.logRatios.length;
  if (sign === 0) return notJudged(n, `${question.metric} has no better direction, so it cannot get worse.`);
  if (n === 0) return notJudged(n, `There is no pair that compares ${question.metric} with ${question.versus}.`);
  const undefinedPairs = question.logRatios.filter((value) => !Number.isFinite(value)).length;
  if (undefinedPairs > 0) {
    return notJudged(n, `${undefinedPairs} of ${n} pairs have a value of ${question.metric} without a logarithm.`);
  }
  const changes = question.logRatios.map((value) => value - (question.storedLogRatio ?? 0));
  const worse = changes.map((value) => sign * value);
  const margin = worseBy(question.margin, sign);
  const deadZone = worseBy(question.deadZone, sign);
  const pGood = signedRankTest(worse, margin).pLess;
  const pBad = signedRankTest(worse, deadZone).pGreater;
  const shown = verdictOf({ pGood, pBad }, question.judged, question.look);
  const estimate = hodgesLehmann(worse);
  const verdict = shown === 'fail' && question.contaminated === true ? 'inconclusive' : shown;
  const seen = `${question.metric} against ${question.versus}: ${direction(Math.expm1(sign * estimate), sign)} over ${n} pairs; `;
  const towards = { towardsPass: margin - estimate, towardsFail: estimate - deadZone };
  const settle =
    shown === 'inconclusive'
      ? whatWouldSettle({ values: worse, ...towards, judged: question.judged, look: question.look, unit: 'pairs' })
      : undefined;
  return {
    verdict,
    change: Math.expm1(sign * estimate),
    interval: changeInterval(changes),
    n,
    reason: seen + conclusion({ shown, verdict, pGood, pBad, settle: settle?.sentence ?? '' }, question),
    ...(typeof settle?.values === 'number' && { pairsToSettle: settle.values }),
  };
}

interface Conclusion {
  readonly shown: RowVerdict;
  readonly verdict: RowVerdict;
  readonly pGood: number;
  readonly pBad: number;
  readonly settle: string;
}

function conclusion({ shown, verdict, pGood, pBad, settle }: Conclusion, question: TimingQuestion): string {
  const margin = percent(question.margin);
  if (shown === 'fail') {
    const found = `worse by more than the dead zone of ${percent(question.deadZone)} (${pValue(pBad)})`;
    return verdict === 'fail'
      ? `the exact test shows it ${found}.`
      : `the test shows it ${found}, but the machine itself was disturbed: run it again.`;
  }
  if (shown === 'pass') {
    const fewest = fewestFor(failLevel(question.judged, question.look));
    const weak = question.logRatios.length < fewest ? ` With fewer than ${fewest} pairs it could not have failed.` : '';
    return `the exact test rules out ${margin} worse or more (${pValue(pGood)}).${weak}`;
  }
  return `neither ${margin} worse is ruled out (${pValue(pGood)}, needs ${level(passLevel(question.look))}) nor a worsening shown (${pValue(pBad)}, needs ${level(failLevel(question.judged, question.look))}). ${settle}`;
}

function changeInterval(changes: readonly number[]): readonly [number, number] | null {
  const { low, high, attained } = signedRankInterval(changes, SHOWN_CONFIDENCE);
  return attained >= SHOWN_CONFIDENCE ? [Math.expm1(low), Math.expm1(high)] : null;
}

function notJudged(n: number, reason: string): TimingJudgement {
  return { verdict: 'notEvaluated', change: null, interval: null, n, reason };
}

/** +1 when more of the metric is worse, −1 when less is, 0 when neither or unknown. */
export function worseSign(path: MetricPath): -1 | 0 | 1 {
  const better = metricAt(path)?.definition.better;
  if (better === undefined || better === 'neither') return 0;
  return better === 'lower' ? 1 : -1;
}

/** The distance in logarithms of "worse by this fraction": 10 % more time is ln 1.1, 10 % less throughput −ln 0.9. */
export function worseBy(fraction: number, sign: -1 | 0 | 1): number {
  return sign < 0 ? -Math.log1p(-fraction) : Math.log1p(fraction);
}

/** `4.2 % more (worse)`. */
export function direction(change: number, sign: -1 | 0 | 1): string {
  if (change === 0) return 'no change';
  const judged = sign === 0 ? '' : ` (${Math.sign(change) === sign ? 'worse' : 'better'})`;
  return `${percent(change)} ${change > 0 ? 'more' : 'less'}${judged}`;
}
