import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOOK_DEPTH, type BookLevels, type Level } from '../../../src/exchange/market/index.js';
import { marketOf } from './markets.js';

const RANKS = [0, 1, 3, 7, 59, 150];
const listed = marketOf({ symbols: 300 }).symbols;
const books = RANKS.map((rank) => listed.at(rank)!.book);
const anyBook = fc.constantFrom(...books);
const anyChange = fc.integer({ min: -100_000, max: 5_000_000 });

function apply(levels: readonly Level[], changes: readonly Level[], order: 1 | -1): Level[] {
  const byPrice = new Map(levels);
  for (const [ticks, lots] of changes) {
    if (lots === 0) byPrice.delete(ticks);
    else byPrice.set(ticks, lots);
  }
  return [...byPrice].sort((a, b) => order * (a[0] - b[0]));
}

function applied(book: BookLevels, changes: BookLevels): BookLevels {
  return { bids: apply(book.bids, changes.bids, -1), asks: apply(book.asks, changes.asks, 1) };
}

describe('order book', () => {
  it('is never crossed and holds a thousand positive levels a side, best first, each price once', () => {
    fc.assert(
      fc.property(anyBook, anyChange, (book, change) => {
        const { bids, asks } = book.levels(change);
        expect(bids).toHaveLength(BOOK_DEPTH);
        expect(asks).toHaveLength(BOOK_DEPTH);
        expect(bids.at(0)![0]).toBeLessThan(asks.at(0)![0]);
        for (let i = 1; i < BOOK_DEPTH; i += 1) {
          expect(bids.at(i)![0] < bids.at(i - 1)![0] && asks.at(i)![0] > asks.at(i - 1)![0]).toBe(true);
        }
        expect([...bids, ...asks].every(([ticks, lots]) => ticks > 0 && lots > 0)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('becomes exactly the later book when the differences in between are applied', () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(2000)), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(anyBook, anyChange, steps, (book, start, lengths) => {
        let state = book.levels(start);
        let at = start;
        for (const length of lengths) {
          state = applied(state, book.difference(at, at + length));
          at += length;
        }
        expect(state).toEqual(book.levels(at));
      }),
      { numRuns: 40 },
    );
  });

  it('takes a reader who came midway to the end as well, since a difference names all that was touched', () => {
    fc.assert(
      fc.property(anyBook, anyChange, fc.integer({ min: 0, max: 80 }), fc.nat(), (book, from, length, pick) => {
        const midway = from + (pick % (length + 1));
        const changes = book.difference(from, from + length);
        expect(applied(book.levels(midway), changes)).toEqual(book.levels(from + length));
        for (const side of [changes.bids, changes.asks])
          expect(new Set(side.map(([ticks]) => ticks)).size).toBe(side.length);
      }),
      { numRuns: 80 },
    );
  });

  it('says nothing of levels that no change touched', () => {
    for (const book of books) {
      expect(book.difference(9, 9)).toEqual({ bids: [], asks: [] });
      const { bids, asks } = book.difference(100, 101);
      expect(bids.length + asks.length).toBeLessThan(120);
    }
  });

  it('shows the same top whatever depth is asked for', () => {
    const { book } = listed.at(0)!;
    const full = book.levels(777);
    expect(book.levels(777, 20)).toEqual({ bids: full.bids.slice(0, 20), asks: full.asks.slice(0, 20) });
    const { bidTicks, bidLots, askTicks, askLots } = book.touch(777);
    expect([full.bids[0], full.asks[0]]).toEqual([
      [bidTicks, bidLots],
      [askTicks, askLots],
    ]);
  });

  it('changes in nearly every tenth of a second for the first sixty symbols, and seldom far down the list', () => {
    const busyWindows = (rank: number): number => {
      const { book } = listed.at(rank)!;
      let busy = 0;
      for (let i = 0; i < 200; i += 1) if (book.changeAt(i * 100 + 100) > book.changeAt(i * 100)) busy += 1;
      return busy;
    };
    for (const rank of [0, 20, 59]) expect(busyWindows(rank)).toBe(200);
    expect(busyWindows(299)).toBeLessThan(60);
  });

  it('counts changes upwards as time passes, with one more in every interval', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e9 }), fc.integer({ min: 0, max: 1000 }), (ms, later) => {
        const { book, spec } = listed.at(0)!;
        const count = book.changeAt(ms + later) - book.changeAt(ms);
        expect(count).toBeGreaterThanOrEqual(Math.floor(later / spec.bookIntervalMs) - 1);
        expect(count).toBeLessThanOrEqual(Math.ceil(later / spec.bookIntervalMs) + 1);
      }),
      { numRuns: 50 },
    );
  });

  it('rewrites some ten to forty levels a side in 100 ms on the busiest symbol, as a real book does', () => {
    const { book } = listed.at(0)!;
    const sizes = Array.from({ length: 100 }, (_, i) => book.difference(i * 5, i * 5 + 5).bids.length);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    expect(mean).toBeGreaterThan(10);
    expect(mean).toBeLessThan(40);
  });
});
