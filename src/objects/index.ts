export { type MessageKind, MessagePool, type MessagePoolOptions } from './message-pool.js';
export {
  emptyKline,
  emptyOrderBook,
  emptyTicker,
  emptyTrade,
  fillKline,
  fillOrderBook,
  fillTicker,
  fillTrade,
  type KlineMessage,
  type KlineValues,
  type LevelBuffer,
  type OrderBookMessage,
  type OrderBookValues,
  type PriceLevel,
  type TickerMessage,
  type TickerValues,
  type TradeMessage,
  type TradeSide,
  type TradeValues,
} from './messages.js';
export { ObjectPool, ObjectPoolError, type ObjectPoolOptions, type ObjectPoolStats } from './object-pool.js';
