import type { VenueTime } from '../../feed/index.js';
import { HISTORY_MS, type TakerOrder, type Trade } from '../../market/index.js';
import { type Answer, type Endpoint, type EndpointContext, requiredSymbol } from './endpoint.js';
import { rejections } from './rest-errors.js';
import type { RestParameters } from './rest-parameters.js';
import type { BinanceSymbol } from './symbols.js';

/** In what the venues' trade endpoints differ. */
export interface TradeStyle {
  readonly recentWeight: number;
  readonly historicalWeight: number;
  readonly aggregateWeight: number;
  /** JSON members that end a trade, and an aggregate. */
  readonly tradeTail: string;
  readonly aggregateTail: string;
}

/** `trades`, `historicalTrades` and `aggTrades`: newest last. */
export function tradeEndpoints(style: TradeStyle): { recent: Endpoint; historical: Endpoint; aggregate: Endpoint } {
  const list = (context: EndpointContext, parameters: RestParameters, fromId: number | undefined): string => {
    const symbol = requiredSymbol(context, parameters);
    const trades = chosenTrades(context, parameters, symbol, fromId);
    return listJson(trades.map((trade) => tradeJson(symbol, context.time, trade, style.tradeTail)));
  };
  return {
    recent: {
      parameters: ['symbol', 'limit'],
      answer: (context, parameters) => ({
        body: list(context, parameters, undefined),
        weight: style.recentWeight,
      }),
    },
    historical: {
      parameters: ['symbol', 'limit', 'fromId'],
      answer: (context, parameters) => ({
        body: list(context, parameters, parameters.integer('fromId')),
        weight: style.historicalWeight,
      }),
    },
    aggregate: {
      parameters: ['symbol', 'fromId', 'startTime', 'endTime', 'limit'],
      answer: (context, parameters): Answer => {
        const symbol = requiredSymbol(context, parameters);
        const orders = chosenOrders(context, parameters, symbol);
        const body = listJson(orders.map((order) => aggregateJson(symbol, context.time, order, style.aggregateTail)));
        return { body, weight: style.aggregateWeight };
      },
    },
  };
}

// From an id on, as far back as a day, or the newest.
function chosenTrades(
  context: EndpointContext,
  parameters: RestParameters,
  symbol: BinanceSymbol,
  fromId: number | undefined,
): Trade[] {
  const limit = parameters.limit(500, 1000);
  const { tape } = symbol.market;
  const now = context.time.marketNow();
  const from = fromId === undefined ? tape.nextTradeId(now) - limit : Math.max(fromId, tape.oldestIds(now).tradeId);
  return from >= tape.nextTradeId(now) ? [] : tape.trades(from, now, limit);
}

// Taker orders, by id, by time, or the newest.
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

function tradeJson(symbol: BinanceSymbol, time: VenueTime, trade: Trade, tail: string): string {
  const price = symbol.price(trade.ticks);
  const quoteQty = symbol.amount(trade.ticks * trade.lots);
  return `{"id":${trade.id},"price":"${price}","qty":"${symbol.quantity(trade.lots)}","quoteQty":"${quoteQty}","time":${time.stampOf(trade.marketMs)},"isBuyerMaker":${trade.buyerIsMaker}${tail}}`;
}

function aggregateJson(symbol: BinanceSymbol, time: VenueTime, order: TakerOrder, tail: string): string {
  const lots = order.lots.reduce((sum, fill) => sum + fill, 0);
  const last = order.firstTradeId + order.lots.length - 1;
  return `{"a":${order.id},"p":"${symbol.price(order.ticks)}","q":"${symbol.quantity(lots)}","f":${order.firstTradeId},"l":${last},"T":${time.stampOf(order.marketMs)},"m":${order.buyerIsMaker}${tail}}`;
}

function listJson(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}
