import { type Interval, fixedInterval, monthlyInterval } from '../../market/index.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
// 1970-01-01 was a Thursday; weeks open on Monday.
const FIRST_MONDAY_MS = 4 * DAY_MS;

const FIXED: Readonly<Record<string, { readonly lengthMs: number; readonly originMs: number }>> = Object.fromEntries([
  ...lengths('s', SECOND_MS, [1]),
  ...lengths('m', MINUTE_MS, [1, 3, 5, 15, 30]),
  ...lengths('h', HOUR_MS, [1, 2, 4, 6, 8, 12]),
  ...lengths('d', DAY_MS, [1, 3]),
  ['1w', { lengthMs: 7 * DAY_MS, originMs: FIRST_MONDAY_MS }],
]);

/**
 * Finds an interval by name (`1s` … `1M`, case matters), or undefined. `zoneMs` is the offset of the time zone in
 * which days begin.
 */
export function findInterval(name: string, zoneMs = 0): Interval | undefined {
  if (name === '1M') return monthlyInterval(name, zoneMs);
  const fixed = Object.hasOwn(FIXED, name) ? FIXED[name] : undefined;
  if (!fixed) return undefined;
  return fixedInterval(name, fixed.lengthMs, fixed.originMs - zoneMs);
}

function lengths(
  unit: string,
  unitMs: number,
  counts: readonly number[],
): [string, { lengthMs: number; originMs: number }][] {
  return counts.map((count) => [`${count}${unit}`, { lengthMs: count * unitMs, originMs: 0 }]);
}
