import type { Random } from '../../base/index.js';

/**
 * Arrival times of an open loop as offsets in ms: `count` arrivals of a Poisson process, scaled so that the last one
 * falls at exactly (count − 1) ÷ rate. The offered rate is then the same in every slice, only the order of the gaps
 * differs, and a slice cannot be harder than another by luck of the mean.
 */
export function poissonArrivals(random: Random, ratePerSecond: number, count: number): Float64Array {
  const offsets = new Float64Array(count);
  for (let i = 1; i < count; i += 1) offsets[i] = (offsets[i - 1] ?? 0) + random.exponential(1);
  const last = offsets[count - 1] ?? 0;
  const scale = last === 0 ? 0 : ((count - 1) / ratePerSecond) * (1e3 / last);
  for (let i = 0; i < count; i += 1) offsets[i] = (offsets[i] ?? 0) * scale;
  return offsets;
}
