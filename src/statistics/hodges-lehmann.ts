import { medianOfSorted } from './median.js';

/** The n (n + 1) / 2 means of all pairs of values, each with itself included, ascending. */
export function walshAverages(values: readonly number[]): Float64Array {
  const averages = new Float64Array((values.length * (values.length + 1)) / 2);
  let next = 0;
  for (const [i, a] of values.entries()) {
    for (const b of values.slice(i)) {
      averages[next] = a + (b - a) / 2;
      next += 1;
    }
  }
  return averages.sort();
}

/**
 * The one-sample Hodges–Lehmann estimate (pseudo-median): the median of the Walsh averages, the shift at which the
 * signed-rank statistic is balanced.
 * Source: Hodges & Lehmann, Annals of Mathematical Statistics 34 (1963).
 * @throws RangeError when there are no values.
 */
export function hodgesLehmann(values: readonly number[]): number {
  return medianOfSorted([...walshAverages(values)]);
}
