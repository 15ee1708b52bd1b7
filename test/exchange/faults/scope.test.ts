import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/base/index.js';
import { Scope } from '../../../src/exchange/faults/scope.js';

describe('the scope of a fault', () => {
  test('without limits hits everything, and draws nothing', () => {
    const random = { ...seededRandom(1), next: () => expect.unreachable('drawn') };
    const scope = new Scope({ endpoint: null }, random);
    expect([scope.hits(0, []), scope.hits(7, ['x'])]).toEqual([true, true]);
  });

  test('with an endpoint hits that one alone', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.nat(9), (limit, endpoint) => {
        const scope = new Scope({ endpoint: limit }, seededRandom(1));
        expect(scope.hits(endpoint, [])).toBe(endpoint === limit);
        expect(scope.covers(endpoint)).toBe(endpoint === limit);
      }),
    );
  });

  test.each([
    ['BTCUSDT', 'btcusdt@depth@100ms', true],
    ['BTCUSDT', 'orderbook.50.BTCUSDT', true],
    ['BTCUSDT', '/api/v3/depth?symbol=BTCUSDT&limit=5', true],
    ['BTCUSDT', '/api/v3/ticker/price?symbols=["ETHUSDT","BTCUSDT"]', true],
    ['BTCUSDT', 'xbtcusdt@depth', false],
    ['BTC-USDT', 'books:BTC-USDT', true],
    ['BTC-USDT', 'books:BTC-USDT-SWAP', false],
    ['BTC-USD', '/products/BTC-USD/book', true],
    ['BTC_USDC', 'book.BTC_USDC.100ms', true],
    ['BTC_USDC', 'book.BTC_USDC-PERPETUAL.100ms', false],
    ['A.B', 'A+B', false],
    ['AAA', '', false],
  ])('finds %s in %s: %s', (symbol, name, found) => {
    expect(new Scope({ endpoint: null, symbol }, seededRandom(1)).hits(0, ['other', name])).toBe(found);
  });

  test('never takes a character of a symbol for anything but itself', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (symbol, other) => {
        const scope = new Scope({ endpoint: null, symbol }, seededRandom(1));
        expect(scope.hits(0, [symbol])).toBe(true);
        if (!other.toLowerCase().includes(symbol.toLowerCase())) expect(scope.hits(0, [other])).toBe(false);
      }),
    );
  });

  test('draws its share from the seed, and only for what is in scope otherwise', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 0.95, noNaN: true }), fc.integer(), (share, seed) => {
        const [one, other] = [1, 2].map(() => new Scope({ endpoint: 0, symbol: 'A', share }, seededRandom(seed)));
        const hits = Array.from({ length: 400 }, () => one?.hits(0, ['A']));
        const again = Array.from({ length: 400 }, () => {
          other?.hits(1, ['A']);
          other?.hits(0, ['B']);
          return other?.hits(0, ['A']);
        });
        expect(again).toEqual(hits);
        // Six standard deviations of a binomial count.
        const count = hits.filter(Boolean).length;
        expect(Math.abs(count - 400 * share)).toBeLessThan(6 * Math.sqrt(400 * share * (1 - share)) + 1);
      }),
      { numRuns: 50 },
    );
  });
});
