import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { SyntheticMarket } from '../../../src/exchange/market/index.js';

const market = new SyntheticMarket({ seed: 'p', symbols: 3, activity: 1, clock: new FakeClock() });
const [contract] = market.perpetuals;
const [spot] = market.symbols;

describe('a perpetual contract', () => {
  it('has a book of its own that trades around the price of its symbol', () => {
    for (let marketMs = 0; marketMs < 60_000; marketMs += 997) {
      const ours = contract!.book.touch(contract!.book.changeAt(marketMs));
      const theirs = spot!.book.touch(spot!.book.changeAt(marketMs));
      expect(Math.abs(ours.bidTicks / theirs.bidTicks - 1)).toBeLessThan(1e-3);
      expect(ours.bidLots === theirs.bidLots && ours.askLots === theirs.askLots).toBe(false);
    }
  });

  it('has index and mark within the premium of the book, the mark between the two', () => {
    const { book, contract: terms } = contract!;
    for (let marketMs = 0; marketMs < 300_000; marketMs += 7_919) {
      const mid = book.touch(book.changeAt(marketMs)).bidTicks + 0.5;
      const [index, mark] = [terms.indexTicks(marketMs), terms.markTicks(marketMs)];
      expect(Math.abs(index / mid - 1)).toBeLessThan(4e-4);
      expect((mark - index) * (mid - mark)).toBeGreaterThanOrEqual(-1e-6);
    }
  });

  it('pays the same funding rate throughout a period, and another in the next', () => {
    const { contract: terms } = contract!;
    expect(terms.fundingRate(7)).toBe(terms.fundingRate(7));
    const rates = Array.from({ length: 50 }, (_, period) => terms.fundingRate(period));
    expect(new Set(rates).size).toBe(50);
    expect(Math.max(...rates.map(Math.abs))).toBeLessThan(5e-4);
  });

  it('lists liquidations by id and time without gaps, however they are asked for', () => {
    const { contract: terms } = contract!;
    const from = terms.nextLiquidationId(0);
    const all = terms.liquidations(from, 600_000);
    expect(all.length).toBeGreaterThan(15);
    expect(all.map(({ id }) => id)).toEqual(all.map((_, i) => from + i));
    expect(terms.nextLiquidationId(600_000)).toBe(from + all.length);
    for (const [i, one] of all.entries()) {
      expect(one.marketMs).toBeGreaterThan(all[i - 1]?.marketMs ?? 0);
      expect(terms.nextLiquidationId(one.marketMs)).toBe(one.id + 1);
      expect(one.lots).toBeGreaterThan(0);
    }
    expect(terms.liquidations(from + 3, 600_000, 2)).toEqual(all.slice(3, 5));
  });
});
