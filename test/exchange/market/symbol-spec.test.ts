import { describe, expect, it } from 'vitest';
import { marketOf } from './markets.js';

describe('listing', () => {
  it('begins with BTC and ETH against USDT and never lists a name twice', () => {
    const specs = marketOf({ symbols: 300 }).symbols.map(({ spec }) => spec);
    expect(specs.slice(0, 2).map(({ base, quote }) => `${base}/${quote}`)).toEqual(['BTC/USDT', 'ETH/USDT']);
    expect(new Set(specs.map(({ base }) => base)).size).toBe(300);
    for (const { base } of specs) expect(base).toMatch(/^[A-Z]{2,12}$/);
  });

  it('gives every symbol ticks and lots fine enough for a thousand levels, within eight decimals', () => {
    for (const { spec } of marketOf({ symbols: 300 }).symbols) {
      expect(spec.initialTicks).toBeGreaterThanOrEqual(9_999);
      expect(spec.priceDecimals + spec.lotDecimals).toBeLessThanOrEqual(8);
      expect(spec.meanLots).toBeGreaterThanOrEqual(8);
    }
  });

  it('tells market time from the moment the market was made', () => {
    expect(marketOf().now()).toBe(0);
  });
});
