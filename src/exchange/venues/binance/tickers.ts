import { type Endpoint, type EndpointContext, type SymbolChoice, answerEach } from '../binance-common/endpoint.js';
import { rejections } from '../binance-common/rest-errors.js';
import type { RestParameters } from '../binance-common/rest-parameters.js';
import { lastPrice, restTouch, statisticsJson } from '../binance-common/ticker-json.js';
import { type Statistics, dayStatistics, statisticsFrom, windowStatistics } from '../binance-common/statistics.js';
import type { BinanceSymbol } from '../binance-common/symbols.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const WINDOW_SIZE = /^(?:([1-9]|[1-5]\d)m|([1-9]|1\d|2[0-3])h|([1-7])d)$/;

/** `GET /api/v3/ticker/24hr`, `type` FULL or MINI. */
export const dayTicker: Endpoint = {
  parameters: ['symbol', 'symbols', 'type', 'symbolStatus'],
  answer: (context, parameters) => {
    const full = isFull(parameters);
    return answerEach(context, parameters, (symbol) => dayJson(context, symbol, full), dayWeight);
  },
};

/** `GET /api/v3/ticker`: a window of the asker's choice up to now. */
export const rollingTicker: Endpoint = {
  parameters: ['symbol', 'symbols', 'windowSize', 'type', 'symbolStatus'],
  answer: (context, parameters) => {
    const lengthMs = windowLength(parameters.text('windowSize') ?? '1d');
    const now = context.time.marketNow();
    return windowAnswer(context, parameters, (symbol) => ({
      window: windowStatistics(symbol, context.time, lengthMs, now),
      closeMs: context.time.stampOf(now),
    }));
  },
};

/** `GET /api/v3/ticker/tradingDay`: the calendar day in a time zone. */
export const tradingDayTicker: Endpoint = {
  parameters: ['symbol', 'symbols', 'timeZone', 'type', 'symbolStatus'],
  answer: (context, parameters) => {
    const zoneMs = parameters.zoneMs();
    const { epochMs } = context.time;
    const now = context.time.marketNow();
    const openMs = Math.floor((now + epochMs + zoneMs) / DAY_MS) * DAY_MS - zoneMs;
    return windowAnswer(context, parameters, (symbol) => ({
      window: statisticsFrom(symbol, openMs - epochMs, now),
      closeMs: openMs + DAY_MS - 1,
    }));
  },
};

/** `GET /api/v3/ticker/price`: the last trade's price. */
export const priceTicker: Endpoint = {
  parameters: ['symbol', 'symbols', 'symbolStatus'],
  answer: (context, parameters) =>
    answerEach(
      context,
      parameters,
      (symbol) => `{"symbol":"${symbol.name}","price":"${lastPrice(context, symbol)}"}`,
      lightWeight,
    ),
};

/** `GET /api/v3/ticker/bookTicker`: the best bid and ask. */
export const bookTicker: Endpoint = {
  parameters: ['symbol', 'symbols', 'symbolStatus'],
  answer: (context, parameters) =>
    answerEach(
      context,
      parameters,
      (symbol) => {
        const { book } = symbol.market;
        return `{"symbol":"${symbol.name}",${restTouch(symbol, book.touch(book.changeAt(context.time.marketNow())))}}`;
      },
      lightWeight,
    ),
};

function isFull(parameters: RestParameters): boolean {
  const type = parameters.text('type') ?? 'FULL';
  if (type !== 'FULL' && type !== 'MINI') throw rejections.badTickerType();
  return type === 'FULL';
}

function lightWeight(_count: number, form: SymbolChoice): number {
  return form === 'single' ? 2 : 4;
}

function dayWeight(count: number, form: SymbolChoice): number {
  if (form === 'all') return 80;
  if (count <= 20) return 2;
  return count <= 100 ? 40 : 80;
}

function windowAnswer(
  context: EndpointContext,
  parameters: RestParameters,
  windowOf: (symbol: BinanceSymbol) => { readonly window: Statistics; readonly closeMs: number },
) {
  const full = isFull(parameters);
  if (!parameters.symbols()) throw rejections.missing('symbol');
  const write = (symbol: BinanceSymbol): string => {
    const { window, closeMs } = windowOf(symbol);
    const { moves, last, range, volume, ids } = statisticsJson(window);
    const times = `"openTime":${context.time.stampOf(window.fromMs)},"closeTime":${closeMs}`;
    return `{"symbol":"${symbol.name}",${full ? `${moves},` : ''}${range},${last},${volume},${times},${ids}}`;
  };
  return answerEach(context, parameters, write, (count) => Math.min(200, 4 * count));
}

function windowLength(size: string): number {
  const [, minutes, hours, days] = WINDOW_SIZE.exec(size) ?? [];
  const lengthMs = Number(minutes ?? 0) * MINUTE_MS + Number(hours ?? 0) * 60 * MINUTE_MS + Number(days ?? 0) * DAY_MS;
  if (lengthMs === 0) throw rejections.badValue('windowSize');
  return lengthMs;
}

function dayJson(context: EndpointContext, symbol: BinanceSymbol, full: boolean): string {
  const now = context.time.marketNow();
  const day = dayStatistics(symbol, now);
  const { moves, last, range, volume, ids } = statisticsJson(day);
  const times = `"openTime":${context.time.stampOf(day.fromMs)},"closeTime":${context.time.stampOf(now)}`;
  if (!full) return `{"symbol":"${symbol.name}",${range},${last},${volume},${times},${ids}}`;
  const previous = `"prevClosePrice":"${day.previousClose}"`;
  return `{"symbol":"${symbol.name}",${moves},${previous},${last},"lastQty":"${day.lastQuantity}",${restTouch(symbol, day.touch)},${range},${volume},${times},${ids}}`;
}
