import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Candles, type SymbolSpec } from '../../../src/exchange/market/index.js';
import { OrderBook } from '../../../src/exchange/market/order-book.js';
import { TradeTape } from '../../../src/exchange/market/trade-tape.js';
import { marketOf } from './markets.js';
import { ReferenceBook } from './reference/book.js';
import { ReferenceCandles } from './reference/candles.js';
import { ReferenceTape } from './reference/tape.js';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

function specOf(rank: number, activity = 1): SymbolSpec {
  return marketOf({ symbols: rank + 1, activity }).symbols.at(rank)!.spec;
}

function pairOf(key: number, spec: SymbolSpec) {
  const book = new OrderBook(key, spec);
  const referenceBook = new ReferenceBook(key, spec);
  const tapes = { tape: new TradeTape(key, spec, book), referenceTape: new ReferenceTape(key, spec, referenceBook) };
  return { book, referenceBook, ...tapes };
}

const key = fc.nat({ max: 2 ** 32 - 1 });

describe('the quick order book', () => {
  const specs = [0, 3, 7, 59, 150].map((rank) => specOf(rank));
  const change = fc.integer({ min: -100_000, max: 2 ** 31 - 10_000 });
  const length = fc.oneof(fc.integer({ min: -2, max: 60 }), fc.constantFrom(127, 128, 129, 511, 1024, 1025, 2500));

  it('differs and stands exactly as the book that remembers nothing', () => {
    const reads = fc.array(fc.record({ step: fc.integer({ min: -50, max: 3000 }), length, depth: fc.nat(1100) }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(key, fc.constantFrom(...specs), change, reads, (key, spec, start, list) => {
        const { book, referenceBook } = pairOf(key, spec);
        let at = start;
        for (const read of list) {
          at += read.step;
          expect(book.difference(at, at + read.length)).toEqual(referenceBook.difference(at, at + read.length));
          expect(book.levels(at, read.depth)).toEqual(referenceBook.levels(at, read.depth));
          expect(book.touch(at)).toEqual(referenceBook.touch(at));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('has its changes at the same moments, with the same price, wherever it was read before', () => {
    const moments = fc.array(fc.double({ min: -3 * DAY, max: 3 * DAY, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(key, fc.constantFrom(...specs), moments, (key, spec, list) => {
        const { book, referenceBook } = pairOf(key, spec);
        const read = (from: ReferenceBook | OrderBook) =>
          list.map((ms) => [from.changeAt(ms), from.touch(from.changeAt(ms))]);
        expect(read(book)).toEqual(read(referenceBook));
      }),
    );
  });

  it('follows a long way of the price, on which no level stays inside', () => {
    const { book, referenceBook } = pairOf(7, { ...specOf(0), bookIntervalMs: 600_000 });
    const expected = referenceBook.difference(0, 400);
    expect(expected.bids.length).toBeGreaterThan(2000);
    expect(book.difference(0, 400)).toEqual(expected);
    expect(book.difference(400, 401)).toEqual(referenceBook.difference(400, 401));
  });
});

describe('the quick trade tape', () => {
  it('holds the same orders and trades under the same ids', () => {
    const ms = fc.double({ min: -2 * DAY, max: DAY, noNaN: true });
    fc.assert(
      fc.property(key, fc.constantFrom(20, 150), fc.array(ms, { minLength: 1, maxLength: 5 }), (key, rank, moments) => {
        const spec = specOf(rank);
        const { tape, referenceTape } = pairOf(key, spec);
        for (const at of moments) {
          const untilMs = at + 200_000 / spec.tradesPerSecond;
          expect(tape.nextTradeId(at)).toBe(referenceTape.nextTradeId(at));
          expect(tape.approximateTradeId(at)).toBe(referenceTape.approximateTradeId(at));
          expect(tape.orders(tape.nextOrderId(at), untilMs)).toEqual(referenceTape.ordersBetween(at, untilMs));
          expect(tape.trades(tape.nextTradeId(at), Infinity, 120)).toEqual(referenceTape.tradesAfter(at, 120));
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('the quick candles', () => {
  const WINDOWS = [MINUTE, 5 * MINUTE, 60 * MINUTE, 240 * MINUTE, DAY, 30 * DAY];
  type Read = {
    readonly passMs: number;
    readonly what: 'day' | 'running' | 'since' | 'past' | 'odd';
    readonly window: number;
  };

  /** Reads both at the same moments; every answer must be the same, in every number. */
  function compare(spec: SymbolSpec, key: number, epochMs: number, startMs: number, reads: readonly Read[]): void {
    const { book, tape, referenceBook, referenceTape } = pairOf(key, spec);
    const candles = new Candles({ book, tape, tradesPerSecond: spec.tradesPerSecond, epochMs });
    const reference = new ReferenceCandles(referenceBook, referenceTape, spec, epochMs);
    let nowMs = startMs;
    for (const { passMs, what, window } of reads) {
      nowMs += passMs;
      const unit = what === 'since' ? WINDOWS[window]! : MINUTE;
      const back = what === 'since' ? 0 : WINDOWS[window]!;
      const openMs = Math.floor((nowMs - back + epochMs) / unit) * unit - epochMs;
      if (what === 'day') expect(candles.day(nowMs).bar).toEqual(reference.day(nowMs));
      else {
        const fromMs = what === 'odd' ? nowMs - WINDOWS[window]! * 0.77 : openMs;
        const toMs = what === 'past' ? fromMs + 5 * MINUTE : Infinity;
        // Whoever asks about the past as of then has its trades counted, however old they are.
        const asOfMs = what === 'past' && window > 2 ? toMs : nowMs;
        expect(candles.bar(fromMs, toMs, asOfMs)).toEqual(reference.bar(fromMs, toMs, asOfMs));
      }
    }
  }

  const epoch = fc.constantFrom(0, 12_345, 1_763_923_456_789, 1_763_923_456_789.498_5);
  const passes = {
    'seconds later': fc.integer({ min: 0, max: 3000 }),
    'minutes later, or hours': fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0, max: 3 * MINUTE }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: DAY / 4 }) },
    ),
    'now and then a little earlier': fc.integer({ min: -80_000, max: 100_000 }),
  };
  const what = fc.constantFrom(
    'day' as const,
    'day' as const,
    'running' as const,
    'since' as const,
    'past' as const,
    'odd' as const,
  );

  for (const [name, passMs] of Object.entries(passes)) {
    it(`show what adding up anew shows when read again ${name}`, { timeout: 60_000 }, () => {
      const reads = fc.array(fc.record({ passMs, what, window: fc.nat(WINDOWS.length - 1) }), {
        minLength: 5,
        maxLength: 25,
      });
      const symbol = fc.constantFrom([150, 1], [299, 1], [299, 0.05], [150, 8], [60, 30]);
      fc.assert(
        fc.property(
          key,
          symbol,
          epoch,
          fc.integer({ min: -DAY, max: DAY }),
          reads,
          (key, [rank, activity], epochMs, startMs, list) =>
            compare(specOf(rank, activity), key, epochMs, startMs, list),
        ),
        { numRuns: 8 },
      );
    });
  }

  const calendarDay = (passMs: number): Read => ({ what: 'since', passMs, window: 4 });
  const dayBefore = (passMs: number): Read => ({ what: 'past', passMs, window: 4 });

  it('count a minute that was too old to be counted, when read again as of a little earlier', () => {
    // Trades of 1,000 s are counted: from 10 s after the start of a minute on, then from 10 s before it.
    const spec = { ...specOf(60), tradesPerSecond: 5 };
    compare(spec, 9, 0, 100 * MINUTE + 1_010_000, [calendarDay(0), calendarDay(-20_000), calendarDay(0)]);
  });

  it('leave out minutes that begin later, when read again as of earlier', () => {
    const spec = { ...specOf(60), tradesPerSecond: 5 };
    compare(spec, 9, 0, 10 * MINUTE + 5_000, [calendarDay(0), calendarDay(-70_000), calendarDay(80_000)]);
  });

  it('estimate minutes that were pushed out by others that were asked about', { timeout: 60_000 }, () => {
    // Trades of half a day are counted, so that its first minutes cannot be once more in the evening.
    const spec = { ...specOf(299), tradesPerSecond: 5_000 / (DAY / 2_000) };
    const evening = [calendarDay(0), calendarDay(0.45 * DAY)];
    const others = Array.from({ length: 100 }, (_, i) => dayBefore(i === 0 ? -2 * DAY : 5 * MINUTE));
    const back = calendarDay(2 * DAY - 99 * 5 * MINUTE + 1_000);
    compare(spec, 5, 0, 0.45 * DAY, [...evening, ...others, back, calendarDay(5 * MINUTE), dayBefore(0)]);
  });
});
