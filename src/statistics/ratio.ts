import { type Interval, invertTest } from './invert-test.js';
import { medianOfSorted } from './median.js';
import { cleanDifference } from './rounding.js';
import { signedRankTest } from './signed-rank.js';

/** One pair of values measured side by side. */
export interface ValuePair {
  readonly value: number;
  readonly against: number;
}

export interface RatioEstimate extends Interval {
  readonly estimate: number;
}

/** value − factor · against of each pair; rounding remainders are zeros. */
export function linearContrasts(pairs: readonly ValuePair[], factor: number): number[] {
  return pairs.map((pair) => cleanDifference(pair.value, factor * pair.against));
}

/**
 * The ratio at which the signed-rank test of the linear contrasts is balanced, and those that it does not reject. The
 * contrasts' Walsh average of pairs i and j changes its sign at (vᵢ + vⱼ) / (aᵢ + aⱼ), so the estimate is the median of
 * these (Fieller's idea with Hodges & Lehmann's estimate); a limit lies outside the interval exactly when the contrast
 * with that factor is rejected. Undefined when an `against` is not positive: the ratio has no bound then.
 */
export function ratioEstimate(pairs: readonly ValuePair[], confidence = 0.95): RatioEstimate | undefined {
  if (pairs.length === 0 || pairs.some(({ against }) => !(against > 0))) return undefined;
  const ratios = pairs
    .flatMap((a, i) => pairs.slice(i).map((b) => (a.value + b.value) / (a.against + b.against)))
    .sort((a, b) => a - b);
  const test = (factor: number) => signedRankTest(linearContrasts(pairs, factor));
  return { estimate: medianOfSorted(ratios), ...invertTest(ratios, test, confidence) };
}
