import { walshAverages } from './hodges-lehmann.js';
import { type Interval, invertTest } from './invert-test.js';
import { signedRankTest } from './signed-rank.js';

/**
 * Confidence interval of the centre of symmetric values, by inverting the exact signed-rank test at the Walsh averages,
 * where alone it changes. Discreteness makes the attained confidence at least the wanted one (0.9575 for 0.95 and 12
 * values without ties); with fewer than 6 values 0.95 cannot be had, and [min, max] is returned with what it attains.
 * @throws RangeError when there are no values or one is not finite.
 */
export function signedRankInterval(values: readonly number[], confidence = 0.95): Interval {
  return invertTest([...walshAverages(values)], (shift) => signedRankTest(values, shift), confidence);
}
