import type { VenueTime } from '../../feed/index.js';
import { HISTORY_MS, type TakerOrder, type Trade } from '../../market/index.js';
import { type Endpoint, type EndpointContext, requiredSymbol } from './endpoint.js';
import { rejections } from './rest-errors.js';
import type { RestParameters } from './rest-parameters.js';
import type { BinanceSymbol } from './symbols.js';

const TRADES_WEIGHT = 25;
const AGGREGATES_WEIGHT = 4;

/** `GET /api/v3/trades`: the newest trades, newest last. */
export const recentTrades: Endpoint = {
  parameters: ['symbol', 'limit'],
  answer: (context, parameters) => tradesAnswer(context, parameters, undefined),
};

/** `GET /api/v3/historicalTrades`: from an id on, as far back as a day. */
export const historicalTrades: Endpoint = {
  parameters: ['symbol', 'limit', 'fromId'],
  answer: (context, parameters) => tradesAnswer(context, parameters, parameters.integer('fromId')),
};

/** `GET /api/v3/aggTrades`: taker orders, by id, by time, or the newest. */
export const aggregateTrades: Endpoint = {
  parameters: ['symbol', 'fromId', 'startTime', 'endTime', 'limit'],
  answer: (context, parameters) => {
    const symbol = requiredSymbol(context, parameters);
    const orders = chosenOrders(context, parameters, symbol);
    return {
      body: listJson(orders.map((order) => aggregateJson(symbol, context.time, order))),
      weight: AGGREGATES_WEIGHT,
    };
  },
};

function tradesAnswer(context: EndpointContext, parameters: RestParameters, fromId: number | undefined) {
  const symbol = requiredSymbol(context, parameters);
  const limit = parameters.limit(500, 1000);
  const { tape } = symbol.market;
  const now = context.time.marketNow();
  const from = fromId === undefined ? tape.nextTradeId(now) - limit : Math.max(fromId, tape.oldestIds(now).tradeId);
  const trades = from >= tape.nextTradeId(now) ? [] : tape.trades(from, now, limit);
  return { body: listJson(trades.map((trade) => tradeJson(symbol, context.time, trade))), weight: TRADES_WEIGHT };
}

function chosenOrders(context: EndpointContext, parameters: RestParameters, symbol: BinanceSymbol): TakerOrder[] {
  const limit = parameters.limit(500, 1000);
  const fromId = parameters.integer('fromId');
  const startTime = parameters.integer('startTime');
  const endTime = parameters.integer('endTime');
  if (fromId !== undefined && (startTime !== undefined || endTime !== undefined)) throw rejections.badCombination();
  const { tape } = symbol.market;
  const { epochMs } = context.time;
  const now = context.time.marketNow();
  // Stamps are whole milliseconds, so a moment belongs to `endTime` until the next one begins.
  const until = endTime === undefined ? now : Math.min(now, endTime + 1 - epochMs - 1e-3);
  const end = tape.nextOrderId(until);
  let from = end - limit;
  if (fromId !== undefined) from = Math.max(fromId, tape.oldestIds(now).orderId);
  if (startTime !== undefined) from = tape.nextOrderId(Math.max(startTime - epochMs - 1e-3, now - HISTORY_MS));
  return from >= end ? [] : tape.orders(from, until, limit);
}

function tradeJson(symbol: BinanceSymbol, time: VenueTime, trade: Trade): string {
  const price = symbol.price(trade.ticks);
  const quoteQty = symbol.amount(trade.ticks * trade.lots);
  return `{"id":${trade.id},"price":"${price}","qty":"${symbol.quantity(trade.lots)}","quoteQty":"${quoteQty}","time":${time.stampOf(trade.marketMs)},"isBuyerMaker":${trade.buyerIsMaker},"isBestMatch":true}`;
}

function aggregateJson(symbol: BinanceSymbol, time: VenueTime, order: TakerOrder): string {
  const lots = order.lots.reduce((sum, fill) => sum + fill, 0);
  const last = order.firstTradeId + order.lots.length - 1;
  return `{"a":${order.id},"p":"${symbol.price(order.ticks)}","q":"${symbol.quantity(lots)}","f":${order.firstTradeId},"l":${last},"T":${time.stampOf(order.marketMs)},"m":${order.buyerIsMaker},"M":true}`;
}

function listJson(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}
