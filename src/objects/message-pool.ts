import {
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
  type OrderBookMessage,
  type OrderBookValues,
  type TickerMessage,
  type TickerValues,
  type TradeMessage,
  type TradeValues,
} from './messages.js';
import { ObjectPool, type ObjectPoolStats } from './object-pool.js';

export interface MessagePoolOptions {
  /** Free messages kept of each kind. */
  readonly max: number;
  /** Levels a side that a new order book has room for (default 20). */
  readonly levels?: number;
}

export type MessageKind = 'trade' | 'orderBook' | 'ticker' | 'kline';

/**
 * Messages used over and over, one pool a kind. A message belongs to whoever took it until it is released; keep
 * nothing of it afterwards. A released message keeps its old values until it is filled again: fill sets every field.
 */
export class MessagePool {
  readonly trades: ObjectPool<TradeMessage>;
  readonly orderBooks: ObjectPool<OrderBookMessage>;
  readonly tickers: ObjectPool<TickerMessage>;
  readonly klines: ObjectPool<KlineMessage>;

  /** @throws {RangeError} when `max` is not a whole number from 0 */
  constructor({ max, levels = 20 }: MessagePoolOptions) {
    this.trades = new ObjectPool({ create: emptyTrade, reset: keep, max });
    this.orderBooks = new ObjectPool({ create: () => emptyOrderBook(levels), reset: emptied, max });
    this.tickers = new ObjectPool({ create: emptyTicker, reset: keep, max });
    this.klines = new ObjectPool({ create: emptyKline, reset: keep, max });
  }

  trade(values: TradeValues): TradeMessage {
    return fillTrade(this.trades.acquire(), values);
  }

  orderBook(values: OrderBookValues): OrderBookMessage {
    return fillOrderBook(this.orderBooks.acquire(), values);
  }

  ticker(values: TickerValues): TickerMessage {
    return fillTicker(this.tickers.acquire(), values);
  }

  kline(values: KlineValues): KlineMessage {
    return fillKline(this.klines.acquire(), values);
  }

  stats(): Readonly<Record<MessageKind, ObjectPoolStats>> {
    return {
      trade: this.trades.stats(),
      orderBook: this.orderBooks.stats(),
      ticker: this.tickers.stats(),
      kline: this.klines.stats(),
    };
  }
}

// Filling sets every field, so clearing them first would be work twice; a short string holds nothing else alive.
function keep(): void {}

function emptied(book: OrderBookMessage): void {
  book.bids.count = 0;
  book.asks.count = 0;
}
