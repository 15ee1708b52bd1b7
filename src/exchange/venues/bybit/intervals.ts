import { type Interval, fixedInterval, monthlyInterval } from '../../market/index.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
// 1970-01-01 was a Thursday; weeks open on Monday.
const FIRST_MONDAY_MS = 4 * DAY_MS;
const MINUTES = new Set(['1', '3', '5', '15', '30', '60', '120', '240', '360', '720']);
const DATA_MS: ReadonlyMap<string, number> = new Map([
  ['5min', 5 * MINUTE_MS],
  ['15min', 15 * MINUTE_MS],
  ['30min', 30 * MINUTE_MS],
  ['1h', 60 * MINUTE_MS],
  ['4h', 240 * MINUTE_MS],
  ['1d', DAY_MS],
]);

/** Finds a kline interval by name (`1` … `720` minutes, `D`, `W`, `M`), or undefined. */
export function findInterval(name: string): Interval | undefined {
  if (name === 'M') return monthlyInterval(name);
  if (name === 'W') return fixedInterval(name, 7 * DAY_MS, FIRST_MONDAY_MS);
  if (name === 'D') return fixedInterval(name, DAY_MS);
  return MINUTES.has(name) ? fixedInterval(name, Number(name) * MINUTE_MS) : undefined;
}

/** Finds the period of a data series by name (`5min` … `1d`), or undefined. */
export function findPeriod(name: string): Interval | undefined {
  const lengthMs = DATA_MS.get(name);
  return lengthMs === undefined ? undefined : fixedInterval(name, lengthMs);
}
