import type { Bar, Interval } from '../../market/index.js';
import { type Endpoint, type EndpointContext, requiredSymbol } from './endpoint.js';
import { rejections } from './rest-errors.js';
import type { RestParameters } from './rest-parameters.js';
import type { BinanceSymbol } from './symbols.js';

/** In what the venues' `klines` differ. */
export interface KlineStyle {
  readonly parameters: readonly string[];
  /** The most bars in one answer. */
  readonly maximum: number;
  /** Finds an interval by name in the time zone that is `zoneMs` ahead of UTC. */
  interval(name: string, zoneMs: number): Interval | undefined;
  weigh(limit: number): number;
}

/** `klines`: bars, oldest first. */
export function klinesEndpoint(style: KlineStyle): Endpoint {
  return {
    parameters: style.parameters,
    answer: (context, parameters) => {
      const symbol = requiredSymbol(context, parameters);
      const interval = style.interval(parameters.requiredText('interval'), parameters.zoneMs());
      if (!interval) throw rejections.badInterval();
      const limit = parameters.limit(500, style.maximum);
      const opens = chosenOpens(context, parameters, interval, limit);
      const rows = opens.map((openMs) => row(context, symbol, interval, openMs));
      return { body: `[${rows.join(',')}]`, weight: style.weigh(limit) };
    },
  };
}

/** The bar of `interval` that opens at `openMs` (calendar time), as far as it has got. */
export function barAt(context: EndpointContext, symbol: BinanceSymbol, interval: Interval, openMs: number): Bar {
  const { epochMs } = context.time;
  const endMs = interval.shift(openMs, 1) - epochMs;
  return symbol.candles.bar(openMs - epochMs, endMs, context.time.marketNow());
}

function chosenOpens(
  context: EndpointContext,
  parameters: RestParameters,
  interval: Interval,
  limit: number,
): number[] {
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
