import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type KlineValues,
  type LevelBuffer,
  MessagePool,
  type PriceLevel,
  type TickerValues,
  type TradeValues,
} from '../../src/objects/index.js';

const trade: TradeValues = { symbol: 'BTCUSDT', id: 7, price: 42_000.5, quantity: 0.25, side: 'sell', timeMs: 1 };
const ticker: TickerValues = {
  symbol: 'ETHUSDT',
  last: 3,
  bid: 2,
  bidQuantity: 5,
  ask: 4,
  askQuantity: 6,
  volume: 100,
  timeMs: 2,
};
const kline: KlineValues = {
  symbol: 'ETHUSDT',
  interval: '1m',
  openTimeMs: 60_000,
  open: 1,
  high: 4,
  low: 0.5,
  close: 2,
  volume: 9,
  closed: true,
};

function levelsOf({ data, count }: LevelBuffer): PriceLevel[] {
  return Array.from({ length: count }, (_, index) => [
    data[index * 2] ?? Number.NaN,
    data[index * 2 + 1] ?? Number.NaN,
  ]);
}

describe('MessagePool', () => {
  it('fills every field of a trade, a ticker and a kline', () => {
    const pool = new MessagePool({ max: 1 });
    expect(pool.trade(trade)).toEqual(trade);
    expect(pool.ticker(ticker)).toEqual(ticker);
    expect(pool.kline(kline)).toEqual(kline);
  });

  it('uses a released message again, with nothing of its former content', () => {
    const pool = new MessagePool({ max: 1 });
    const message = pool.trade(trade);
    pool.trades.release(message);
    const next = { ...trade, symbol: 'SOLUSDT', id: 8, side: 'buy' as const };
    expect(pool.trade(next)).toBe(message);
    expect(message).toEqual(next);
    expect(pool.stats().trade).toMatchObject({ acquired: 2, created: 1, hits: 1 });
    expect(pool.stats().ticker.acquired).toBe(0);
  });

  it('gives back the levels of any book, whatever the message held before', () => {
    const level = fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true }));
    const side = fc.array(level, { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(fc.tuple(side, side), { minLength: 1, maxLength: 5 }), (books) => {
        const pool = new MessagePool({ max: 1, levels: 2 });
        for (const [bids, asks] of books) {
          const book = pool.orderBook({ symbol: 'BTCUSDT', firstId: 1, lastId: 2, timeMs: 3, bids, asks });
          expect(levelsOf(book.bids)).toEqual(bids);
          expect(levelsOf(book.asks)).toEqual(asks);
          pool.orderBooks.release(book);
          expect(book.bids.count + book.asks.count).toBe(0);
        }
        expect(pool.stats().orderBook.created).toBe(1);
      }),
    );
  });

  it('keeps the room that a book has grown to', () => {
    const pool = new MessagePool({ max: 1, levels: 1 });
    const many = Array.from({ length: 10 }, (_, index): PriceLevel => [index, 1]);
    const book = pool.orderBook({ symbol: 'X', firstId: 1, lastId: 1, timeMs: 0, bids: many, asks: [] });
    const { data } = book.bids;
    pool.orderBooks.release(book);
    expect(pool.orderBook({ symbol: 'X', firstId: 2, lastId: 2, timeMs: 0, bids: many, asks: [] }).bids.data).toBe(
      data,
    );
  });
});
