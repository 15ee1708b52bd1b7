import { type TakerOrder, type Trade, fillsOf } from '../../../market/index.js';
import { type ChannelContext, type OpenChannel, event } from '../channel.js';
import { isoTime } from '../iso-time.js';
import { makerOrderId, takerOrderId } from '../order-ids.js';
import type { CoinbaseProduct } from '../products.js';

/** `matches`: every trade as it happens, behind the last one before. Ids are the trades'. */
export const matches: OpenChannel = (context, product) => {
  const { tape } = product.market;
  const start = context.time.marketNow();
  let nextOrderId = tape.nextOrderId(start);
  let nextId = tape.nextTradeId(start);
  return {
    symbol: product.id,
    get nextId() {
      return nextId;
    },
    greet: () =>
      tape.orders(nextOrderId - 1, Infinity, 1).flatMap((order) => {
        const last = fillsOf(order).at(-1);
        return last ? [event(last.id, last.id, matchJson(context, product, order, last, 'last_match'))] : [];
      }),
    poll: (marketMs) => {
      const orders = tape.orders(nextOrderId, marketMs);
      nextOrderId += orders.length;
      const events = orders.flatMap((order) =>
        fillsOf(order).map((fill) => event(fill.id, fill.id, matchJson(context, product, order, fill, 'match'))),
      );
      nextId += events.length;
      return events;
    },
  };
};

// The side is the maker's.
function matchJson(
  { time }: ChannelContext,
  product: CoinbaseProduct,
  order: TakerOrder,
  { id, marketMs, lots, ticks, buyerIsMaker }: Trade,
  type: 'match' | 'last_match',
): string {
  const orders = `"maker_order_id":"${makerOrderId(id)}","taker_order_id":"${takerOrderId(order.id)}"`;
  const what = `"side":"${buyerIsMaker ? 'buy' : 'sell'}","size":"${product.size(lots)}","price":"${product.price(ticks)}"`;
  const where = `"product_id":"${product.id}","sequence":${product.sequenceOf(id, marketMs)}`;
  return `{"type":"${type}","trade_id":${id},${orders},${what},${where},"time":"${isoTime(time.epochMs + marketMs)}"}`;
}
