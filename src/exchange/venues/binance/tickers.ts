import { dayStatistics } from './day-statistics.js';
import { type Answer, type Endpoint, type EndpointContext, chosenSymbols } from './endpoint.js';
import { rejections } from './rest-errors.js';
import type { RestParameters } from './rest-parameters.js';
import type { BinanceSymbol } from './symbols.js';

/** `GET /api/v3/ticker/24hr`, `type` FULL or MINI. */
export const dayTicker: Endpoint = {
  parameters: ['symbol', 'symbols', 'type', 'symbolStatus'],
  answer: (context, parameters) => {
    const type = parameters.text('type') ?? 'FULL';
    if (type !== 'FULL' && type !== 'MINI') throw rejections.badTickerType();
    return answerEach(context, parameters, (symbol) => dayJson(context, symbol, type === 'FULL'), dayWeight);
  },
};

/** `GET /api/v3/ticker/price`: the last trade's price. */
export const priceTicker: Endpoint = {
  parameters: ['symbol', 'symbols', 'symbolStatus'],
  answer: (context, parameters) => answerEach(context, parameters, (symbol) => priceJson(context, symbol), lightWeight),
};

/** `GET /api/v3/ticker/bookTicker`: the best bid and ask. */
export const bookTicker: Endpoint = {
  parameters: ['symbol', 'symbols', 'symbolStatus'],
  answer: (context, parameters) => answerEach(context, parameters, (symbol) => touchJson(context, symbol), lightWeight),
};

function answerEach(
  context: EndpointContext,
  parameters: RestParameters,
  write: (symbol: BinanceSymbol) => string,
  weigh: (count: number, form: 'single' | 'list' | 'all') => number,
): Answer {
  const { symbols, form } = chosenSymbols(context, parameters);
  const items = symbols.map(write).join(',');
  return { body: form === 'single' ? items : `[${items}]`, weight: weigh(symbols.length, form) };
}

function lightWeight(_count: number, form: 'single' | 'list' | 'all'): number {
  return form === 'single' ? 2 : 4;
}

function dayWeight(count: number, form: 'single' | 'list' | 'all'): number {
  if (form === 'all') return 80;
  if (count <= 20) return 2;
  return count <= 100 ? 40 : 80;
}

function dayJson(context: EndpointContext, symbol: BinanceSymbol, full: boolean): string {
  const now = context.time.marketNow();
  const day = dayStatistics(symbol, now);
  const times = `"openTime":${context.time.stampOf(day.fromMs)},"closeTime":${context.time.stampOf(now)}`;
  const ids = `"firstId":${day.firstTradeId},"lastId":${day.lastTradeId},"count":${day.trades}`;
  const volume = `"volume":"${day.volume}","quoteVolume":"${day.quoteVolume}"`;
  const range = `"openPrice":"${day.open}","highPrice":"${day.high}","lowPrice":"${day.low}"`;
  if (!full) return `{"symbol":"${symbol.name}",${range},"lastPrice":"${day.lastPrice}",${volume},${times},${ids}}`;
  const { bidTicks, bidLots, askTicks, askLots } = day.touch;
  const moves = `"priceChange":"${day.priceChange}","priceChangePercent":"${day.priceChangePercent}","weightedAvgPrice":"${day.weightedAveragePrice}","prevClosePrice":"${day.previousClose}"`;
  const last = `"lastPrice":"${day.lastPrice}","lastQty":"${day.lastQuantity}"`;
  const touch = `"bidPrice":"${symbol.price(bidTicks)}","bidQty":"${symbol.quantity(bidLots)}","askPrice":"${symbol.price(askTicks)}","askQty":"${symbol.quantity(askLots)}"`;
  return `{"symbol":"${symbol.name}",${moves},${last},${touch},${range},${volume},${times},${ids}}`;
}

function priceJson(context: EndpointContext, symbol: BinanceSymbol): string {
  const { tape } = symbol.market;
  const now = context.time.marketNow();
  const last = tape.trades(tape.nextTradeId(now) - 1, now, 1)[0];
  return `{"symbol":"${symbol.name}","price":"${symbol.price(last?.ticks ?? 0)}"}`;
}

function touchJson(context: EndpointContext, symbol: BinanceSymbol): string {
  const { book } = symbol.market;
  const { bidTicks, bidLots, askTicks, askLots } = book.touch(book.changeAt(context.time.marketNow()));
  return `{"symbol":"${symbol.name}","bidPrice":"${symbol.price(bidTicks)}","bidQty":"${symbol.quantity(bidLots)}","askPrice":"${symbol.price(askTicks)}","askQty":"${symbol.quantity(askLots)}"}`;
}
