import type { Bar, Interval } from '../../../market/index.js';
import { type BybitContext, type Endpoint, requiredInstrument } from '../endpoint.js';
import type { Instrument } from '../instruments.js';
import { findInterval } from '../intervals.js';
import { rejections } from '../rest-errors.js';
import { opensWithin } from '../series.js';

/** `GET /v5/market/kline`: `[start, open, high, low, close, volume, turnover]`, newest first. */
export const kline: Endpoint = (context, parameters) => {
  const category = parameters.category('linear');
  const instrument = requiredInstrument(context, category, parameters);
  const interval = findInterval(parameters.requiredText('interval'));
  if (!interval) throw rejections.invalid('interval');
  const limit = parameters.limit(200, 1000);
  const range = { startMs: parameters.integer('start'), endMs: parameters.integer('end'), limit };
  const opens = instrument ? opensWithin(interval, range, context.time.stamp()) : [];
  const rows = opens.map((openMs) => (instrument ? row(context, instrument, interval, openMs) : ''));
  return `{"symbol":"${instrument?.name ?? ''}","category":"${category}","list":[${rows.join(',')}]}`;
};

/** The bar of `interval` that opens at `openMs` (calendar time), as far as it has got. */
export function barAt({ time }: BybitContext, instrument: Instrument, interval: Interval, openMs: number): Bar {
  const endMs = interval.shift(openMs, 1) - time.epochMs;
  return instrument.candles.bar(openMs - time.epochMs, endMs, time.marketNow());
}

function row(context: BybitContext, instrument: Instrument, interval: Interval, openMs: number): string {
  const bar = barAt(context, instrument, interval, openMs);
  const prices = [bar.open, bar.high, bar.low, bar.close].map((ticks) => `"${instrument.price(ticks)}"`).join(',');
  return `["${openMs}",${prices},"${instrument.quantity(bar.lots)}","${instrument.amount(bar.value)}"]`;
}
