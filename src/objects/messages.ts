/** Which side of the trade took liquidity. */
export type TradeSide = 'buy' | 'sell';

/** A trade in venue-neutral values; times in milliseconds since the epoch, as the venue gave them. */
export interface TradeValues {
  readonly symbol: string;
  readonly id: number;
  readonly price: number;
  readonly quantity: number;
  readonly side: TradeSide;
  readonly timeMs: number;
}

/** Best prices and the last 24 hours of a symbol. */
export interface TickerValues {
  readonly symbol: string;
  readonly last: number;
  readonly bid: number;
  readonly bidQuantity: number;
  readonly ask: number;
  readonly askQuantity: number;
  readonly volume: number;
  readonly timeMs: number;
}

/** One candle; `closed` says that it will not change any more. */
export interface KlineValues {
  readonly symbol: string;
  readonly interval: string;
  readonly openTimeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly closed: boolean;
}

/** A price level: price, quantity (0 removes the level in an update). */
export type PriceLevel = readonly [price: number, quantity: number];

/** A snapshot of, or an update to, an order book, best levels first. Ids are inclusive. */
export interface OrderBookValues {
  readonly symbol: string;
  readonly firstId: number;
  readonly lastId: number;
  readonly timeMs: number;
  readonly bids: readonly PriceLevel[];
  readonly asks: readonly PriceLevel[];
}

type Reusable<V> = { -readonly [K in keyof V]: V[K] };

export type TradeMessage = Reusable<TradeValues>;
export type TickerMessage = Reusable<TickerValues>;
export type KlineMessage = Reusable<KlineValues>;

/** One side of a book as price, quantity, price, quantity, …; only the first `count` pairs are valid. */
export interface LevelBuffer {
  data: Float64Array;
  count: number;
}

export interface OrderBookMessage {
  symbol: string;
  firstId: number;
  lastId: number;
  timeMs: number;
  readonly bids: LevelBuffer;
  readonly asks: LevelBuffer;
}

// Every message of a kind has the same fields in the same order from birth, so that V8 gives them one hidden class.

export function emptyTrade(): TradeMessage {
  return { symbol: '', id: 0, price: 0, quantity: 0, side: 'buy', timeMs: 0 };
}

export function fillTrade(message: TradeMessage, values: TradeValues): TradeMessage {
  message.symbol = values.symbol;
  message.id = values.id;
  message.price = values.price;
  message.quantity = values.quantity;
  message.side = values.side;
  message.timeMs = values.timeMs;
  return message;
}

export function emptyTicker(): TickerMessage {
  return { symbol: '', last: 0, bid: 0, bidQuantity: 0, ask: 0, askQuantity: 0, volume: 0, timeMs: 0 };
}

export function fillTicker(message: TickerMessage, values: TickerValues): TickerMessage {
  message.symbol = values.symbol;
  message.last = values.last;
  message.bid = values.bid;
  message.bidQuantity = values.bidQuantity;
  message.ask = values.ask;
  message.askQuantity = values.askQuantity;
  message.volume = values.volume;
  message.timeMs = values.timeMs;
  return message;
}

export function emptyKline(): KlineMessage {
  return {
    symbol: '',
    interval: '',
    openTimeMs: 0,
    open: 0,
    high: 0,
    low: 0,
    close: 0,
    volume: 0,
    closed: false,
  };
}

export function fillKline(message: KlineMessage, values: KlineValues): KlineMessage {
  message.symbol = values.symbol;
  message.interval = values.interval;
  message.openTimeMs = values.openTimeMs;
  message.open = values.open;
  message.high = values.high;
  message.low = values.low;
  message.close = values.close;
  message.volume = values.volume;
  message.closed = values.closed;
  return message;
}

/** A book with room for `levels` levels a side; it grows when more come. */
export function emptyOrderBook(levels: number): OrderBookMessage {
  return { symbol: '', firstId: 0, lastId: 0, timeMs: 0, bids: emptyLevels(levels), asks: emptyLevels(levels) };
}

export function fillOrderBook(message: OrderBookMessage, values: OrderBookValues): OrderBookMessage {
  message.symbol = values.symbol;
  message.firstId = values.firstId;
  message.lastId = values.lastId;
  message.timeMs = values.timeMs;
  fillLevels(message.bids, values.bids);
  fillLevels(message.asks, values.asks);
  return message;
}

function emptyLevels(levels: number): LevelBuffer {
  return { data: new Float64Array(levels * 2), count: 0 };
}

function fillLevels(buffer: LevelBuffer, levels: readonly PriceLevel[]): void {
  const needed = levels.length * 2;
  // Doubling keeps a book that grows level by level from being copied every time.
  if (buffer.data.length < needed) buffer.data = new Float64Array(Math.max(needed, buffer.data.length * 2));
  const { data } = buffer;
  let at = 0;
  for (const level of levels) {
    data[at] = level[0];
    data[at + 1] = level[1];
    at += 2;
  }
  buffer.count = levels.length;
}
