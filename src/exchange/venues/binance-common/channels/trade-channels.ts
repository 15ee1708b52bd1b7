import type { TakerOrder, Trade } from '../../../market/index.js';
import type { Channel, ChannelContext, WriteJson } from '../channel.js';

export type WriteTrade<T> = (context: ChannelContext, trade: T, wallMs: number) => WriteJson;

/** `<symbol>@trade`: every trade as it happens; ids are the trades'. */
export function tradeChannel(context: ChannelContext, write: WriteTrade<Trade>): Channel {
  const { tape } = context.symbol.market;
  let nextId = tape.nextTradeId(context.time.marketNow());
  return {
    get nextId() {
      return nextId;
    },
    poll: (marketMs) => {
      const trades = tape.trades(nextId, marketMs);
      nextId += trades.length;
      const wallMs = context.time.now();
      return trades.map((trade) => ({ firstId: trade.id, lastId: trade.id, json: write(context, trade, wallMs) }));
    },
  };
}

/** `<symbol>@aggTrade`: every taker order as it happens; ids are the orders'. */
export function aggregateChannel(context: ChannelContext, write: WriteTrade<TakerOrder>): Channel {
  const { tape } = context.symbol.market;
  let nextId = tape.nextOrderId(context.time.marketNow());
  return {
    get nextId() {
      return nextId;
    },
    poll: (marketMs) => {
      const orders = tape.orders(nextId, marketMs);
      nextId += orders.length;
      const wallMs = context.time.now();
      return orders.map((order) => ({ firstId: order.id, lastId: order.id, json: write(context, order, wallMs) }));
    },
  };
}

/** What an order did, as both exchanges name it: `a`, `p`, `q`, `f`, `l`. */
export function aggregateJson({ symbol }: ChannelContext, order: TakerOrder): string {
  const lots = order.lots.reduce((sum, fill) => sum + fill, 0);
  const last = order.firstTradeId + order.lots.length - 1;
  return `"a":${order.id},"p":"${symbol.price(order.ticks)}","q":"${symbol.quantity(lots)}","f":${order.firstTradeId},"l":${last}`;
}
