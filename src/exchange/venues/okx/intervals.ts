import { type Interval, fixedInterval, monthlyInterval } from '../../market/index.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
// 1970-01-01 was a Thursday; weeks open on Monday.
const FIRST_MONDAY_MS = 4 * DAY_MS;
const HONG_KONG_MS = 8 * HOUR_MS;
const UTC_SUFFIX = 'utc';
const QUARTER = 3;

/** Bars that open alike in every time zone. */
const SHORT: ReadonlyMap<string, number> = new Map([
  ['1s', SECOND_MS],
  ...lengths('m', MINUTE_MS, [1, 3, 5, 15, 30]),
  ...lengths('H', HOUR_MS, [1, 2, 4]),
]);

/** Bars that open by the day of Hong Kong, or of UTC when their name ends in `utc`. */
const LONG: ReadonlyMap<string, (name: string, zoneMs: number) => Interval> = new Map([
  ...lengths('H', HOUR_MS, [6, 12]).map(([name, ms]) => [name, fixedFrom(ms, 0)] as const),
  ...lengths('D', DAY_MS, [1, 2, 3, 5]).map(([name, ms]) => [name, fixedFrom(ms, 0)] as const),
  ['1W', fixedFrom(7 * DAY_MS, FIRST_MONDAY_MS)] as const,
  ['1M', monthlyInterval] as const,
  ['3M', quarterlyInterval] as const,
]);

/** Finds a bar by the venue's name for it (`1m` … `3Mutc`, case matters), or undefined. */
export function findInterval(name: string): Interval | undefined {
  const shortMs = SHORT.get(name);
  if (shortMs !== undefined) return fixedInterval(name, shortMs);
  const utc = name.endsWith(UTC_SUFFIX);
  return LONG.get(utc ? name.slice(0, -UTC_SUFFIX.length) : name)?.(name, utc ? 0 : HONG_KONG_MS);
}

/** When the day of UTC, or the day of Hong Kong, began. */
export function dayStarts(wallMs: number): { readonly utc: number; readonly hongKong: number } {
  const startOf = (zoneMs: number): number => Math.floor((wallMs + zoneMs) / DAY_MS) * DAY_MS - zoneMs;
  return { utc: startOf(0), hongKong: startOf(HONG_KONG_MS) };
}

function fixedFrom(lengthMs: number, originMs: number) {
  return (name: string, zoneMs: number): Interval => fixedInterval(name, lengthMs, originMs - zoneMs);
}

function quarterlyInterval(name: string, zoneMs: number): Interval {
  const month = monthlyInterval(name, zoneMs);
  return {
    name,
    openOf: (wallMs) => {
      const intoQuarter = new Date(wallMs + zoneMs).getUTCMonth() % QUARTER;
      return month.shift(month.openOf(wallMs), -intoQuarter);
    },
    shift: (openMs, steps) => month.shift(openMs, steps * QUARTER),
  };
}

function lengths(unit: string, unitMs: number, counts: readonly number[]): [string, number][] {
  return counts.map((count) => [`${count}${unit}`, count * unitMs]);
}
