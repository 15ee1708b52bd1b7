import { barAt, candleRow } from '../candle-row.js';
import type { OkxContext } from '../context.js';
import { LISTED_AT_MS } from '../instruments.js';
import { findInterval } from '../intervals.js';
import type { Interval } from '../../../market/index.js';
import { rejections } from '../rest-errors.js';
import { type Endpoint, requiredInstrument } from './endpoint.js';
import type { RestParameters } from './parameters.js';

const MAX_CANDLES = 300;
const RECENT_CANDLES = 1440;
const ONLY_STREAMED = /^5D(utc)?$/;

interface Range {
  /** Opens of the bars, newest first. */
  readonly opens: readonly number[];
  /** Open of the bar that is still growing. */
  readonly current: number;
}

/** `GET /api/v5/market/candles`: the last 1440 bars, newest first, the growing one included. */
export const candles: Endpoint = {
  limit: 'candlesRequests',
  answer: (context, parameters) => {
    const interval = requiredBar(parameters);
    if (interval.name === '1s') throw rejections.badParameter('bar');
    return rows(context, parameters, interval, true);
  },
};

/** `GET /api/v5/market/history-candles`: bars that are complete, however old. */
export const historyCandles: Endpoint = {
  limit: 'historyCandlesRequests',
  answer: (context, parameters) => rows(context, parameters, requiredBar(parameters), false),
};

/** Opens of bars strictly after `before` and strictly before `after`, newest first. */
export function chosenOpens(
  nowMs: number,
  interval: Interval,
  { before, after, limit, growing }: { before: number; after?: number; limit: number; growing: boolean },
): Range {
  const current = interval.openOf(nowMs);
  const newest = growing ? current : interval.shift(current, -1);
  // A bar that opens at `after` itself is not earlier than it.
  let open = after === undefined ? newest : Math.min(newest, interval.openOf(Math.min(after - 1, nowMs)));
  const opens: number[] = [];
  for (; opens.length < limit && open > before; open = interval.shift(open, -1)) opens.push(open);
  return { opens, current };
}

function rows(context: OkxContext, parameters: RestParameters, interval: Interval, recent: boolean): string[] {
  const instrument = requiredInstrument(context, parameters);
  const { time } = context;
  const marketMs = time.marketNow();
  const nowMs = time.stampOf(marketMs);
  const oldest = recent ? interval.shift(interval.openOf(nowMs), 1 - RECENT_CANDLES) - 1 : LISTED_AT_MS;
  const after = parameters.integer('after');
  const { opens, current } = chosenOpens(nowMs, interval, {
    before: Math.max(parameters.integer('before') ?? 0, oldest),
    ...(after !== undefined && { after }),
    limit: parameters.count('limit', 100, MAX_CANDLES),
    growing: recent,
  });
  return opens.map((openMs) => {
    const bar = barAt(instrument, time, interval, openMs, marketMs);
    return candleRow(instrument, openMs, bar, openMs < current);
  });
}

function requiredBar(parameters: RestParameters): Interval {
  const name = parameters.text('bar') ?? '1m';
  const interval = ONLY_STREAMED.test(name) ? undefined : findInterval(name);
  if (!interval) throw rejections.badParameter('bar');
  return interval;
}
