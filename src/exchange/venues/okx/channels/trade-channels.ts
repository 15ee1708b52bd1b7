import type { Feed } from '../../../feed/index.js';
import { orderRow, tradeRow } from '../trade-rows.js';
import { type ChannelContext, push } from './channel.js';

/** `trades`: every taker order as it happens; ids are those of its trades. */
export function orderedTrades({ instrument, time, arg }: ChannelContext): Feed {
  const { tape } = instrument.market;
  let nextOrderId = tape.nextOrderId(time.marketNow());
  let nextId = tape.nextTradeId(time.marketNow());
  return {
    symbol: instrument.id,
    get nextId() {
      return nextId;
    },
    poll: (marketMs) => {
      const orders = tape.orders(nextOrderId, marketMs);
      nextOrderId += orders.length;
      return orders.map((order) => {
        const firstId = order.firstTradeId;
        nextId = firstId + order.lots.length;
        return push(arg, firstId, nextId - 1, orderRow(instrument, time, order));
      });
    },
  };
}

/** `trades-all`: every trade by itself; ids are the trades'. */
export function singleTrades({ instrument, time, arg }: ChannelContext): Feed {
  const { tape } = instrument.market;
  let nextId = tape.nextTradeId(time.marketNow());
  return {
    symbol: instrument.id,
    get nextId() {
      return nextId;
    },
    poll: (marketMs) => {
      const trades = tape.trades(nextId, marketMs);
      nextId += trades.length;
      return trades.map((trade) => push(arg, trade.id, trade.id, tradeRow(instrument, time, trade)));
    },
  };
}
