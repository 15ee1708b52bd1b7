/**
 * The middle of the sorted values; the mean of the two middle ones when their number is even.
 * @throws RangeError when there are none.
 */
export function median(values: readonly number[]): number {
  return medianOfSorted([...values].sort((a, b) => a - b));
}

/** As `median`, for values already in ascending order. */
export function medianOfSorted(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('The median of no values is undefined.');
  return upper === lower ? upper : lower + (upper - lower) / 2;
}
