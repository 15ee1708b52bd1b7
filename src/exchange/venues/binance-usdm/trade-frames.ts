import type { TakerOrder, Trade } from '../../market/index.js';
import { sentAt } from '../binance-common/channel.js';
import { type WriteTrade, aggregateJson } from '../binance-common/channels/trade-channels.js';

/** `trade` */
export const writeTrade: WriteTrade<Trade> = ({ symbol, time }, trade, wallMs) => {
  const what = `"t":${trade.id},"p":"${symbol.price(trade.ticks)}","q":"${symbol.quantity(trade.lots)}"`;
  return (unit) =>
    `{"e":"trade","E":${sentAt(wallMs, unit)},"T":${time.stampOf(trade.marketMs, unit)},"s":"${symbol.name}",${what},"X":"MARKET","m":${trade.buyerIsMaker}}`;
};

/** `aggTrade` */
export const writeAggregate: WriteTrade<TakerOrder> = (context, order, wallMs) => {
  const { symbol, time } = context;
  const what = aggregateJson(context, order);
  return (unit) =>
    `{"e":"aggTrade","E":${sentAt(wallMs, unit)},"s":"${symbol.name}",${what},"T":${time.stampOf(order.marketMs, unit)},"m":${order.buyerIsMaker}}`;
};
