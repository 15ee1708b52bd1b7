import { median } from './median.js';

// 1 / Φ⁻¹(3/4): makes the median absolute deviation agree with the standard deviation of normal data.
const NORMAL_CONSISTENCY = 1.4826;

/** Sample standard deviation (n − 1); 0 for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Robust scale: 1.4826 × the median absolute deviation from the median; the standard deviation where more than half
 * of the values coincide and the former would be 0.
 * Source: Hampel, Journal of the American Statistical Association 69 (1974).
 */
export function robustSpread(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = median(values);
  const deviation = NORMAL_CONSISTENCY * median(values.map((value) => Math.abs(value - centre)));
  return deviation > 0 ? deviation : standardDeviation(values);
}
