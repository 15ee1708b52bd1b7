import type { TakerOrder, Trade } from '../../../market/index.js';
import { type Channel, type ChannelContext, type ChannelEvent, sentAt } from '../channel.js';

/** `<symbol>@trade`: every trade as it happens; ids are the trades'. */
export function tradeChannel(context: ChannelContext): Channel {
  const { tape } = context.symbol.market;
  let nextId = tape.nextTradeId(context.time.marketNow());
  return {
    get nextId() {
      return nextId;
    },
    poll: (marketMs) => {
      const trades = tape.trades(nextId, marketMs);
      nextId += trades.length;
      return trades.map((trade) => tradeEvent(context, trade));
    },
  };
}

/** `<symbol>@aggTrade`: every taker order as it happens; ids are the orders'. */
export function aggregateChannel(context: ChannelContext): Channel {
  const { tape } = context.symbol.market;
  let nextId = tape.nextOrderId(context.time.marketNow());
  return {
    get nextId() {
      return nextId;
    },
    poll: (marketMs) => {
      const orders = tape.orders(nextId, marketMs);
      nextId += orders.length;
      return orders.map((order) => aggregateEvent(context, order));
    },
  };
}

function tradeEvent({ symbol, time }: ChannelContext, trade: Trade): ChannelEvent {
  const wallMs = time.now();
  const what = `"t":${trade.id},"p":"${symbol.price(trade.ticks)}","q":"${symbol.quantity(trade.lots)}"`;
  return {
    firstId: trade.id,
    lastId: trade.id,
    json: (unit) =>
      `{"e":"trade","E":${sentAt(wallMs, unit)},"s":"${symbol.name}",${what},"T":${time.stampOf(trade.marketMs, unit)},"m":${trade.buyerIsMaker},"M":true}`,
  };
}

function aggregateEvent({ symbol, time }: ChannelContext, order: TakerOrder): ChannelEvent {
  const wallMs = time.now();
  const lots = order.lots.reduce((sum, fill) => sum + fill, 0);
  const last = order.firstTradeId + order.lots.length - 1;
  const what = `"a":${order.id},"p":"${symbol.price(order.ticks)}","q":"${symbol.quantity(lots)}","f":${order.firstTradeId},"l":${last}`;
  return {
    firstId: order.id,
    lastId: order.id,
    json: (unit) =>
      `{"e":"aggTrade","E":${sentAt(wallMs, unit)},"s":"${symbol.name}",${what},"T":${time.stampOf(order.marketMs, unit)},"m":${order.buyerIsMaker},"M":true}`,
  };
}
