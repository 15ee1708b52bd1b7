/** What a handful of floating-point operations can add to values of this size: eight units in the last place. */
export function roundingError(...magnitudes: readonly number[]): number {
  let largest = 0;
  for (const magnitude of magnitudes) largest = Math.max(largest, Math.abs(magnitude));
  return 8 * Number.EPSILON * largest;
}

/** `a − b`, with a remainder that is only rounding taken for the zero it stands for (0.3 − 3 × 0.1). */
export function cleanDifference(a: number, b: number): number {
  const difference = a - b;
  return Math.abs(difference) <= roundingError(a, b) ? 0 : difference;
}
