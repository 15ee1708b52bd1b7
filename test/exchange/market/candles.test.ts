import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bar, Candles, type Trade } from '../../../src/exchange/market/index.js';
import { symbolOf } from './markets.js';

const MINUTE = 60_000;

function candlesOf(rank: number, epochMs = 0) {
  const { book, tape, spec } = symbolOf(rank);
  return { tape, candles: new Candles({ book, tape, tradesPerSecond: spec.tradesPerSecond, epochMs }) };
}

function summary(trades: readonly Trade[]): Partial<Bar> {
  const prices = trades.map((trade) => trade.ticks);
  const bought = trades.filter((trade) => !trade.buyerIsMaker);
  const lots = (list: readonly Trade[]): number => list.reduce((sum, trade) => sum + trade.lots, 0);
  const value = (list: readonly Trade[]): number => list.reduce((sum, trade) => sum + trade.lots * trade.ticks, 0);
  return {
    open: prices.at(0)!,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1)!,
    lots: lots(trades),
    value: value(trades),
    takerLots: lots(bought),
    takerValue: value(bought),
    firstTradeId: trades.at(0)!.id,
    endTradeId: trades.at(-1)!.id + 1,
  };
}

describe('candles', () => {
  it('add up exactly the trades of a recent bar, closed or still open', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 3), fc.integer({ min: 0, max: 200_000 }), (rank, nowMs) => {
        const { candles, tape } = candlesOf(rank, 12_345);
        const openMs = Math.floor((nowMs + 12_345) / MINUTE) * MINUTE - 12_345;
        if (nowMs - openMs < 1000) return;
        const current = tape.trades(tape.nextTradeId(openMs - 1e-6), nowMs);
        expect(candles.bar(openMs, openMs + MINUTE, nowMs)).toEqual(summary(current));
        const last = tape.trades(tape.nextTradeId(openMs - MINUTE - 1e-6), openMs - 1e-6);
        expect(candles.bar(openMs - MINUTE, openMs, nowMs)).toEqual(summary(last));
      }),
      { numRuns: 30 },
    );
  });

  it('grow the open bar step by step into what it is when counted at once', () => {
    const stepwise = candlesOf(0).candles;
    let bar: Bar | undefined;
    const moments = [0, 60_000, 121_000, 121_700, 122_400, 129_000, 129_000, 145_000, 149_800];
    for (const nowMs of moments) bar = stepwise.bar(120_000, 180_000, nowMs);
    expect(bar).toEqual(candlesOf(0).candles.bar(120_000, 180_000, 149_800));
  });

  it('join minutes into longer bars without losing or repeating a trade', () => {
    const { candles } = candlesOf(0);
    const nowMs = 130_000;
    const minutes = [0, 1, 2].map((m) => candles.bar(m * MINUTE, (m + 1) * MINUTE, nowMs));
    const long = candles.bar(0, 5 * MINUTE, nowMs);
    expect(long.lots).toBe(minutes.reduce((sum, bar) => sum + bar.lots, 0));
    expect(long.high).toBe(Math.max(...minutes.map((bar) => bar.high)));
    expect(long.low).toBe(Math.min(...minutes.map((bar) => bar.low)));
    expect([long.firstTradeId, long.endTradeId]).toEqual([minutes.at(0)!.firstTradeId, minutes.at(2)!.endTradeId]);
    expect(minutes.at(1)!.firstTradeId).toBe(minutes.at(0)!.endTradeId);
  });

  it('keep answers about a minute the same once it was counted, however old it grows', () => {
    const { candles } = candlesOf(0);
    const counted = candles.bar(0, MINUTE, 2 * MINUTE);
    expect(candles.bar(0, MINUTE, 600 * MINUTE)).toEqual(counted);
  });

  it('show a bar without trades at the last price', () => {
    const { candles, tape } = candlesOf(200);
    const quietMs = Array.from({ length: 100 }, (_, i) => i * 1000).find(
      (ms) => tape.nextTradeId(ms + 999) === tape.nextTradeId(ms - 1),
    );
    const bar = candles.bar(quietMs!, quietMs! + 999, 100_000);
    expect(bar).toMatchObject({ lots: 0, value: 0, high: bar.low, endTradeId: bar.firstTradeId });
    expect(bar.close).toBeGreaterThan(0);
  });

  it('estimate old bars that fit together: ids follow on, prices lie within high and low', () => {
    const { candles } = candlesOf(0);
    const hours = Array.from({ length: 48 }, (_, i) => (i - 60) * 60 * MINUTE);
    const bars = hours.map((openMs) => candles.bar(openMs, openMs + 60 * MINUTE, 0));
    for (const [i, bar] of bars.entries()) {
      expect(bar.low).toBeLessThanOrEqual(Math.min(bar.open, bar.close));
      expect(bar.high).toBeGreaterThanOrEqual(Math.max(bar.open, bar.close));
      if (i > 0) expect(Math.abs(bar.firstTradeId - bars.at(i - 1)!.endTradeId)).toBeLessThanOrEqual(1);
      expect(bar.endTradeId - bar.firstTradeId).toBeGreaterThan(100_000);
    }
  });

  it('sum up the last day with about the rate of the symbol', () => {
    const { candles } = candlesOf(0);
    const { bar, fromMs } = candles.day(90_000);
    expect(90_000 - fromMs).toBeGreaterThan(86_400_000 - MINUTE);
    expect(90_000 - fromMs).toBeLessThanOrEqual(86_400_000);
    expect(Math.abs((bar.endTradeId - bar.firstTradeId) / 3_024_000 - 1)).toBeLessThan(0.02);
    expect(bar.high).toBeGreaterThan(bar.low);
  });
});
