import type { Spread } from '../record/index.js';

/** Exact order statistics; null without values. The median is the lower one of an even number (nearest rank). */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, p50, max] = [sorted[0], sorted[Math.ceil(sorted.length / 2) - 1], sorted.at(-1)];
  if (min === undefined || p50 === undefined || max === undefined) return null;
  return { count: sorted.length, min, p50, max };
}
