import type { Interval } from './invert-test.js';
import { medianOfSorted } from './median.js';
import { normalCdf, normalQuantile } from './normal.js';

export interface TheilSenSlope extends Interval {
  readonly slope: number;
}

// Up to here the null distribution is exact; beyond, the normal one differs by less than a rank's worth.
const EXACT_LIMIT = 200;

/**
 * The median of the slopes between all pairs of points, and the interval from the null distribution of Kendall's
 * discordant pairs. Unit: y's by x's. Points are taken as independent of each other around the line; ties in y make the
 * interval wider than needed, never narrower.
 * Sources: Theil, Proc. KNAW 53 (1950); Sen, JASA 63 (1968).
 * @throws RangeError for fewer than two points, or two at the same x.
 */
export function theilSen(
  points: readonly { readonly x: number; readonly y: number }[],
  confidence = 0.95,
): TheilSenSlope {
  if (points.length < 2) throw new RangeError('A slope takes at least two points.');
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let next = 0;
  for (const [i, a] of points.entries()) {
    for (const b of points.slice(i + 1)) {
      if (a.x === b.x) throw new RangeError(`Two points at x = ${a.x} have no slope between them.`);
      slopes[next] = (b.y - a.y) / (b.x - a.x);
      next += 1;
    }
  }
  const sorted = [...slopes.sort()];
  const { rank, missed } = criticalRank(points.length, (1 - confidence) / 2);
  return {
    slope: medianOfSorted(sorted),
    low: sorted[rank] ?? Number.NaN,
    high: sorted[sorted.length - 1 - rank] ?? Number.NaN,
    attained: 1 - 2 * missed,
  };
}

// The largest number of discordant pairs with P(D ≤ rank) ≤ level; 0, with what it misses, when there is none.
function criticalRank(n: number, level: number): { readonly rank: number; readonly missed: number } {
  if (n > EXACT_LIMIT) {
    const mean = (n * (n - 1)) / 4;
    const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 72);
    const rank = Math.max(0, Math.floor(mean + normalQuantile(level) * deviation - 0.5));
    return { rank, missed: normalCdf((rank + 0.5 - mean) / deviation) };
  }
  const distribution = discordantPairs(n);
  let missed = distribution[0] ?? 1;
  let rank = 0;
  for (;;) {
    const more = missed + (distribution[rank + 1] ?? 1);
    if (more > level) return { rank, missed };
    missed = more;
    rank += 1;
  }
}

// Inversions of a random order: adding the i-th element makes 0 … i − 1 new ones, all equally likely.
function discordantPairs(n: number): Float64Array {
  let distribution = new Float64Array([1]);
  for (let i = 2; i <= n; i += 1) {
    const next = new Float64Array(distribution.length + i - 1);
    let window = 0;
    for (let d = 0; d < next.length; d += 1) {
      window += (distribution[d] ?? 0) - (distribution[d - i] ?? 0);
      next[d] = Math.max(0, window) / i;
    }
    distribution = next;
  }
  return distribution;
}
