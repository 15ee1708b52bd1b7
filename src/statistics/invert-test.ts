export interface Interval {
  readonly low: number;
  readonly high: number;
  /** The confidence that the interval really has; below the wanted one only when there are too few values for it. */
  readonly attained: number;
}

export interface OneSidedPValues {
  readonly pGreater: number;
  readonly pLess: number;
}

/**
 * The closed interval of parameters that neither one-sided test rejects at (1 − confidence) / 2. `pGreater` must not
 * fall and `pLess` not rise with the parameter, and both must be constant between neighbouring `candidates`
 * (ascending): each gap is then judged at its middle, with the ties that the data have there. When even the outermost
 * gap is not rejected the ends are those of the candidates, with the confidence that they attain.
 * Source: Lehmann, Nonparametrics (1975), on confidence limits by inversion.
 * @throws RangeError when there are no candidates.
 */
export function invertTest(
  candidates: readonly number[],
  test: (parameter: number) => OneSidedPValues,
  confidence: number,
): Interval {
  const points = candidates.filter((value, index) => index === 0 || value !== candidates[index - 1]);
  const at = (index: number): number => points[index] ?? Number.NaN;
  if (points.length === 0) throw new RangeError('An interval takes at least one value.');
  const level = (1 - confidence) / 2;
  const middle = (gap: number): number => {
    if (gap === 0) return at(0) - 1 - Math.abs(at(0));
    if (gap === points.length) return at(gap - 1) + 1 + Math.abs(at(gap - 1));
    return at(gap - 1) + (at(gap) - at(gap - 1)) / 2;
  };
  const below = countLeading(points.length, (gap) => test(middle(gap)).pGreater <= level);
  const above = countLeading(points.length, (gap) => test(middle(points.length - gap)).pLess <= level);
  const lowGap = Math.max(0, below - 1);
  const highGap = points.length - Math.max(0, above - 1);
  const missed = test(middle(lowGap)).pGreater + test(middle(highGap)).pLess;
  return { low: at(lowGap), high: at(highGap - 1), attained: Math.max(0, 1 - missed) };
}

// How many of the gaps 0, 1, … are rejected before the first that is not (bisection on a monotone predicate).
function countLeading(limit: number, rejected: (gap: number) => boolean): number {
  let [low, high] = [0, limit];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rejected(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
