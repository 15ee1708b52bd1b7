import type { Interval } from '../../market/index.js';
import { rejections } from './rest-errors.js';
import type { RestParameters } from './rest-parameters.js';

const CURSOR = /lasttime(?:=|%3D)(\d{1,12})$/;

/** The stretch of a series that a request asks for, in calendar ms. */
export interface SeriesRange {
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly limit: number;
}

/**
 * The openings that fall into a range, newest first: the newest `limit` of them or, with nothing but a start, the
 * oldest ones.
 */
export function opensWithin(interval: Interval, { startMs, endMs, limit }: SeriesRange, nowMs: number): number[] {
  const first = startMs === undefined ? undefined : firstFrom(interval, startMs);
  let open = interval.openOf(Math.min(endMs ?? nowMs, nowMs));
  if (first !== undefined && endMs === undefined) open = Math.min(open, interval.shift(first, limit - 1));
  const opens: number[] = [];
  while (opens.length < limit && open >= (first ?? -Infinity)) {
    opens.push(open);
    open = interval.shift(open, -1);
  }
  return opens;
}

/** A page of a series in `startTime`, `endTime` and `cursor`, and the cursor of the page behind it. */
export function seriesPage(
  parameters: RestParameters,
  interval: Interval,
  limit: number,
  nowMs: number,
): { readonly opens: readonly number[]; readonly nextPageCursor: string } {
  const cursor = parameters.text('cursor');
  const endMs = cursor === undefined ? parameters.integer('endTime') : endBefore(cursor);
  const opens = opensWithin(interval, { startMs: parameters.integer('startTime'), endMs, limit }, nowMs);
  const oldest = opens.at(-1);
  const full = oldest !== undefined && opens.length === limit;
  return { opens, nextPageCursor: full ? `lastid%3D0%26lasttime%3D${oldest / 1e3}` : '' };
}

function endBefore(cursor: string): number {
  const seconds = CURSOR.exec(cursor)?.[1];
  if (seconds === undefined) throw rejections.invalid('cursor');
  return Number(seconds) * 1e3 - 1;
}

// A start within a bar asks for the next one on.
function firstFrom(interval: Interval, wallMs: number): number {
  const open = interval.openOf(wallMs);
  return open < wallMs ? interval.shift(open, 1) : open;
}
