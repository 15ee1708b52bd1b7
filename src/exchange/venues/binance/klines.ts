import type { Bar, Interval } from '../../market/index.js';
import { type Endpoint, type EndpointContext, requiredSymbol } from './endpoint.js';
import { findInterval } from './intervals.js';
import { rejections } from './rest-errors.js';
import type { RestParameters } from './rest-parameters.js';
import type { BinanceSymbol } from './symbols.js';

const WEIGHT = 2;
const AVERAGE_MINUTES = 5;

/** `GET /api/v3/klines` and `uiKlines`: bars, oldest first. */
export const klines: Endpoint = {
  parameters: ['symbol', 'interval', 'startTime', 'endTime', 'timeZone', 'limit'],
  answer: (context, parameters) => {
    const symbol = requiredSymbol(context, parameters);
    const interval = findInterval(parameters.requiredText('interval'), parameters.zoneMs());
    if (!interval) throw rejections.badInterval();
    const rows = chosenOpens(context, parameters, interval).map((openMs) => row(context, symbol, interval, openMs));
    return { body: `[${rows.join(',')}]`, weight: WEIGHT };
  },
};

/** `GET /api/v3/avgPrice`: the volume-weighted price of five minutes. */
export const averagePrice: Endpoint = {
  parameters: ['symbol'],
  answer: (context, parameters) => {
    const symbol = requiredSymbol(context, parameters);
    const now = context.time.marketNow();
    const bar = symbol.candles.bar(now - AVERAGE_MINUTES * 60_000, Infinity, now);
    const price = symbol.meanPrice(bar.lots > 0 ? bar.value / bar.lots : bar.close);
    return {
      body: `{"mins":${AVERAGE_MINUTES},"price":"${price}","closeTime":${context.time.stamp()}}`,
      weight: WEIGHT,
    };
  },
};

/** The bar of `interval` that opens at `openMs` (calendar time), as far as it has got. */
export function barAt(context: EndpointContext, symbol: BinanceSymbol, interval: Interval, openMs: number): Bar {
  const { epochMs } = context.time;
  const endMs = interval.shift(openMs, 1) - epochMs;
  return symbol.candles.bar(openMs - epochMs, endMs, context.time.marketNow());
}

function chosenOpens(context: EndpointContext, parameters: RestParameters, interval: Interval): number[] {
  const limit = parameters.limit(500, 1000);
  const start = parameters.integer('startTime');
  const end = Math.min(parameters.integer('endTime') ?? Infinity, context.time.stampOf(context.time.marketNow()));
  const last = interval.openOf(end);
  // A start within a bar asks for the next one on.
  const first = start === undefined ? interval.shift(last, 1 - limit) : nextOpen(interval, start);
  const opens: number[] = [];
  for (let open = first; open <= last && opens.length < limit; open = interval.shift(open, 1)) opens.push(open);
  return opens;
}

function nextOpen(interval: Interval, wallMs: number): number {
  const open = interval.openOf(wallMs);
  return open < wallMs ? interval.shift(open, 1) : open;
}

function row(context: EndpointContext, symbol: BinanceSymbol, interval: Interval, openMs: number): string {
  const bar = barAt(context, symbol, interval, openMs);
  const closeMs = interval.shift(openMs, 1) - 1;
  const prices = [bar.open, bar.high, bar.low, bar.close].map((ticks) => `"${symbol.price(ticks)}"`).join(',');
  const trades = bar.endTradeId - bar.firstTradeId;
  return `[${openMs},${prices},"${symbol.quantity(bar.lots)}",${closeMs},"${symbol.amount(bar.value)}",${trades},"${symbol.quantity(bar.takerLots)}","${symbol.amount(bar.takerValue)}","0"]`;
}
