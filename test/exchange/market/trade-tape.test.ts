import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TradeTape, fillsOf } from '../../../src/exchange/market/index.js';
import { marketOf, symbolOf } from './markets.js';

// Tapes keep nothing but caches, so the tests may share them.
const RANKS = [0, 2, 40, 200];
const listed = marketOf({ symbols: 201 }).symbols;
const anySymbol = fc.constantFrom(...RANKS.map((rank) => listed.at(rank)!));
const anyMs = fc.integer({ min: -3_600_000, max: 3_600_000 });

function tradesBetween(tape: TradeTape, fromMs: number, toMs: number) {
  return tape.trades(tape.nextTradeId(fromMs), toMs);
}

function countPerSecond(rank: number, seconds: number, activity = 1): number {
  const { tape } = symbolOf(rank, { activity });
  return (tape.nextTradeId(seconds * 1e3) - tape.nextTradeId(0)) / seconds;
}

describe('trade tape', () => {
  it('numbers trades without gaps, in order of time, all of them inside the window asked for', () => {
    fc.assert(
      fc.property(anySymbol, anyMs, fc.integer({ min: 0, max: 20_000 }), ({ tape }, fromMs, length) => {
        const trades = tradesBetween(tape, fromMs, fromMs + length);
        expect(trades.length).toBe(tape.nextTradeId(fromMs + length) - tape.nextTradeId(fromMs));
        let [id, ms] = [tape.nextTradeId(fromMs), fromMs];
        for (const trade of trades) {
          expect(trade.id).toBe(id++);
          expect(trade.marketMs).toBeGreaterThanOrEqual(ms);
          ms = trade.marketMs;
        }
        expect(ms).toBeLessThanOrEqual(fromMs + length);
      }),
      { numRuns: 60 },
    );
  });

  it('fills at the best bid or ask of the moment, within the quantity that stands there', () => {
    fc.assert(
      fc.property(anySymbol, anyMs, ({ book, tape }, fromMs) => {
        for (const order of tape.orders(tape.nextOrderId(fromMs), Infinity, 20)) {
          const touch = book.touch(book.changeAt(order.marketMs));
          const lots = order.lots.reduce((sum, fill) => sum + fill, 0);
          expect(order.ticks).toBe(order.buyerIsMaker ? touch.bidTicks : touch.askTicks);
          expect(lots).toBeLessThanOrEqual(order.buyerIsMaker ? touch.bidLots : touch.askLots);
          expect(Math.min(...order.lots)).toBeGreaterThan(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('reads the same whether by order, by trade, or in pieces', () => {
    fc.assert(
      fc.property(
        anySymbol,
        anyMs,
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }),
        ({ tape }, fromMs, pieces) => {
          const total = pieces.reduce((sum, piece) => sum + piece, 0);
          const first = tape.nextTradeId(fromMs);
          let at = first;
          const joined = pieces.flatMap((piece) => tape.trades((at += piece) - piece, Infinity, piece));
          const byOrder = tape.orders(tape.nextOrderId(fromMs), Infinity, total).flatMap(fillsOf).slice(0, total);
          expect(joined).toEqual(tape.trades(first, Infinity, total));
          expect(joined).toEqual(byOrder);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('counts over long stretches, before and after market time 0, what reading on through them finds', () => {
    const { tape } = symbolOf(0);
    const tenMinutes = 600_000;
    for (const fromMs of [-2 * tenMinutes, -tenMinutes / 2, 0]) {
      const read = tradesBetween(tape, fromMs, fromMs + tenMinutes);
      const fresh = symbolOf(0).tape;
      expect(read.length).toBe(fresh.nextTradeId(fromMs + tenMinutes) - symbolOf(0).tape.nextTradeId(fromMs));
      expect(read.at(-1)!.id).toBe(fresh.nextTradeId(fromMs + tenMinutes) - 1);
    }
  });

  it('does not depend on what was read before', () => {
    fc.assert(
      fc.property(fc.array(anyMs, { maxLength: 5 }), anyMs, (detours, ms) => {
        const wandered = symbolOf(0).tape;
        for (const detour of detours) tradesBetween(wandered, detour, detour + 2000);
        expect(tradesBetween(wandered, ms, ms + 1000)).toEqual(tradesBetween(symbolOf(0).tape, ms, ms + 1000));
      }),
      { numRuns: 30 },
    );
  });

  it('is the same market for the same seed and another one for another', () => {
    const look = (seed: string): unknown =>
      marketOf({ seed }).symbols.map(({ spec, book, tape }) => [spec, book.levels(5, 3), tradesBetween(tape, 0, 500)]);
    expect(look('a')).toEqual(look('a'));
    expect(look('a')).not.toEqual(look('b'));
  });

  it('trades about 35 times a second on each of the four busiest symbols, in proportion to activity', () => {
    for (const rank of [0, 1, 2, 3]) expect(Math.abs(countPerSecond(rank, 2000) - 34.5)).toBeLessThan(1.5);
    expect(Math.abs(countPerSecond(0, 2000, 3) - 105)).toBeLessThan(3);
  });

  it('trades ever less down the list', () => {
    const rates = [4, 20, 60, 150].map((rank) => countPerSecond(rank, 5000));
    expect(rates).toEqual([...rates].sort((a, b) => b - a));
    expect(rates[3]).toBeLessThan(1);
  });

  it('lets orders arrive as a Poisson process', () => {
    const { tape } = symbolOf(0);
    const counts = Array.from({ length: 3000 }, (_, i) => tape.nextOrderId(i * 100 + 100) - tape.nextOrderId(i * 100));
    const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
    const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / counts.length;
    // Standard error of the ratio over 3000 windows is about 2.6 %.
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.1);
  });

  it('estimates ids over long stretches without losing count', () => {
    const { tape } = symbolOf(0);
    for (const hours of [-30, -1, 0, 5]) {
      const ms = hours * 3_600_000;
      expect(Math.abs(tape.approximateTradeId(ms) - tape.nextTradeId(ms))).toBeLessThan(60);
    }
    const days = [-1000, -5, -3, -1].map((day) => tape.approximateTradeId(day * 86_400_000));
    expect(days).toEqual([...days].sort((a, b) => a - b));
  });
});
