import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EPOCH_MS, type Json, openVenue } from './coinbase-harness.js';

const PRICE = /^\d+\.\d{2,}$/;
const SIZE = /^\d+\.\d{8}$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

describe('Coinbase REST', () => {
  it('tells the time, in words and in seconds', () => {
    const { iso, epoch } = openVenue().get('/time');
    expect(epoch).toBe(EPOCH_MS / 1e3);
    expect(iso).toMatch(ISO);
    expect(Date.parse(iso)).toBe(EPOCH_MS);
  });

  it('lists its products against dollars, all or one', () => {
    const { get, venue } = openVenue();
    const all = get('/products');
    expect(venue.symbols.slice(0, 2)).toEqual(['BTC-USD', 'ETH-USD']);
    expect(all.map((product: Json) => product.id)).toEqual(venue.symbols);
    expect(get('/products/BTC-USD')).toEqual(all[0]);
    expect(all[0]).toMatchObject({
      base_currency: 'BTC',
      quote_currency: 'USD',
      quote_increment: '0.01',
      base_increment: '0.00001000',
      status: 'online',
      trading_disabled: false,
    });
  });

  it('lists what the products are made of, each once', () => {
    const { get } = openVenue();
    const ids = get('/currencies').map((currency: Json) => currency.id);
    expect(ids).toEqual(['BTC', 'ETH', 'SOL', 'XRP', 'USD']);
  });

  it('shows the best level, all levels, or the orders that they consist of', () => {
    const { get, market } = openVenue();
    const { book } = market.symbols[0]!;
    const best = get('/products/BTC-USD/book');
    expect([best.bids.length, best.asks.length]).toEqual([1, 1]);
    expect(best).toMatchObject({ auction_mode: false, auction: null, time: expect.stringMatching(ISO) });
    const whole = get('/products/BTC-USD/book?level=2');
    const { bids, asks } = book.levels(book.changeAt(0));
    expect([whole.bids.length, whole.asks.length]).toEqual([bids.length, asks.length]);
    expect(whole.bids[0]).toEqual(best.bids[0]);
    for (const [price, size] of [...whole.bids, ...whole.asks]) {
      expect(price).toMatch(PRICE);
      expect(size).toMatch(SIZE);
    }
    const orders = get('/products/BTC-USD/book?level=3');
    expect(new Set([...orders.bids, ...orders.asks].map(([, , id]: string[]) => id)).size).toBe(
      orders.bids.length + orders.asks.length,
    );
    expect(sums(orders.bids)).toEqual(whole.bids.map(([price, size, count]: Json) => [price, Number(size), count]));
  });

  it('repeats the sides as long as the book stands; its sequence only rises', async () => {
    const { get, clock } = openVenue();
    const first = get('/products/BTC-USD/book?level=2');
    expect(get('/products/BTC-USD/book?level=2')).toEqual(first);
    let { sequence } = first;
    for (let i = 0; i < 50; i += 1) {
      await clock.advance(7);
      const later = get('/products/BTC-USD/book').sequence;
      expect(later).toBeGreaterThanOrEqual(sequence);
      sequence = later;
    }
    expect(sequence).toBeGreaterThan(first.sequence);
  });

  it('pages through trades by cursor, newest first, without a gap', () => {
    const { rest, get } = openVenue();
    const { headers, body } = rest('/products/BTC-USD/trades?limit=40');
    const page = JSON.parse(String(body));
    expect(page).toHaveLength(40);
    expect(page.map((trade: Json) => trade.trade_id)).toEqual(page.map((_: Json, i: number) => page[0].trade_id - i));
    expect([headers['cb-before'], headers['cb-after']]).toEqual([String(page[0].trade_id), String(page[39].trade_id)]);
    const older = get(`/products/BTC-USD/trades?limit=40&after=${headers['cb-after']}`);
    expect(older[0].trade_id).toBe(page[39].trade_id - 1);
    const newer = get(`/products/BTC-USD/trades?before=${page[9].trade_id}`);
    expect(newer).toEqual(page.slice(0, 9));
    expect(rest(`/products/BTC-USD/trades?before=${page[0].trade_id}`)).toMatchObject({ status: 200, body: '[]' });
    expect(rest(`/products/BTC-USD/trades?before=${page[0].trade_id}`).headers).not.toHaveProperty('cb-before');
    expect(get('/products/BTC-USD/trades')).toHaveLength(1000);
    expect(get('/products/BTC-USD/trades?after=2')).toEqual([]);
  });

  it('names the side of the maker, and times within the past', () => {
    const { get, market } = openVenue();
    const { tape } = market.symbols[0]!;
    for (const { trade_id, side, price, size, time } of get('/products/BTC-USD/trades?limit=50')) {
      const [trade] = tape.trades(trade_id, 0, 1);
      expect(side).toBe(trade?.buyerIsMaker ? 'buy' : 'sell');
      expect([price, size]).toEqual([expect.stringMatching(PRICE), expect.stringMatching(SIZE)]);
      expect(Date.parse(time)).toBe(Math.floor(EPOCH_MS + trade!.marketMs));
    }
  });

  it('gives candles newest first, of every granularity', () => {
    const { get } = openVenue();
    for (const seconds of [60, 300, 900, 3600, 21600, 86400]) {
      const rows = get(`/products/ETH-USD/candles?granularity=${seconds}`);
      expect(rows).toHaveLength(300);
      for (const [i, [time, low, high, open, close, volume]] of rows.entries()) {
        expect(time).toBe(Math.floor(EPOCH_MS / 1e3 / seconds) * seconds - i * seconds);
        expect(low <= open && low <= close && high >= open && high >= close && volume >= 0).toBe(true);
      }
    }
  });

  it('selects candles by both ends, in seconds or in words, and ignores a single one', () => {
    const { get } = openVenue();
    const end = Math.floor(EPOCH_MS / 60e3) * 60;
    const times = (query: string): number[] =>
      get(`/products/BTC-USD/candles?${query}`).map(([time]: number[]) => time);
    const iso = (seconds: number): string => new Date(seconds * 1e3).toISOString();
    expect(times(`start=${end - 120}&end=${end}`)).toEqual([end, end - 60, end - 120]);
    expect(times(`start=${iso(end - 120)}&end=${iso(end - 60)}`)).toEqual([end - 60, end - 120]);
    expect(times(`start=${end}`)).toHaveLength(300);
  });

  it('sums up the day in ticker and stats alike', () => {
    const { get } = openVenue();
    const [last] = get('/products/BTC-USD/trades?limit=1');
    const { bids, asks } = get('/products/BTC-USD/book');
    const ticker = get('/products/BTC-USD/ticker');
    expect(ticker).toMatchObject({ trade_id: last.trade_id, price: last.price, size: last.size, time: last.time });
    expect([ticker.bid, ticker.ask]).toEqual([bids[0][0], asks[0][0]]);
    const stats = get('/products/BTC-USD/stats');
    expect(stats).toMatchObject({ last: last.price, volume: ticker.volume });
    expect(Number(stats.high)).toBeGreaterThanOrEqual(Number(stats.low));
    expect(Number(stats.volume_30day)).toBeGreaterThan(10 * Number(stats.volume));
  });

  it.each([
    ['/', 404, 'NotFound'],
    ['/orders', 404, 'NotFound'],
    ['/products/', 404, 'NotFound'],
    ['/products/BTC-EUR', 404, 'NotFound'],
    ['/products/btc-usd/book', 404, 'NotFound'],
    ['/products/BTC-USD/toString', 404, 'NotFound'],
    ['/products/BTC-USD/constructor', 404, 'NotFound'],
    ['/products/__proto__/book', 404, 'NotFound'],
    ['/products/BTC-USD/book?level=4', 400, 'Invalid level'],
    ['/products/BTC-USD/trades?limit=0', 400, 'Invalid limit'],
    ['/products/BTC-USD/trades?limit=-1', 400, 'Invalid limit'],
    ['/products/BTC-USD/trades?after=x', 400, 'after cursor'],
    ['/products/BTC-USD/candles?granularity=61', 400, 'Unsupported granularity'],
    ['/products/BTC-USD/candles?start=yesterday&end=0', 400, 'Invalid start'],
    ['/products/BTC-USD/candles?start=100&end=60', 400, 'range'],
    ['/products/BTC-USD/candles?start=0&end=18060', 400, 'exceeds 300'],
  ])('refuses %s with %i', (target, status, message) => {
    const answer = openVenue().rest(target);
    expect(answer.status).toBe(status);
    expect(JSON.parse(String(answer.body))).toEqual({ message: expect.stringContaining(message) });
  });

  it('knows no other method', () => {
    expect(openVenue().rest('/time', { method: 'POST' })).toMatchObject({ status: 404 });
  });

  it('answers any path and query with JSON and never throws', () => {
    const { rest } = openVenue({ rules: { requestBurst: 1e9 } });
    const kinds = ['book', 'trades', 'candles', 'ticker', 'stats', '', 'x'];
    const names = ['level', 'limit', 'before', 'after', 'granularity', 'start', 'end', '__proto__'];
    const values = fc.oneof(fc.string(), fc.constantFrom('1', '2', '60', '-1', '1e9', '99999999999999', 'NaN'));
    fc.assert(
      fc.property(
        fc.constantFrom('BTC-USD', 'toString', '%'),
        fc.constantFrom(...kinds),
        fc.array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 4 }),
        (id, kind, pairs) => {
          const query = new URLSearchParams(pairs);
          const { status, body } = rest(`/products/${id}/${kind}`, { query });
          expect([200, 400, 404]).toContain(status);
          expect(() => JSON.parse(String(body)) as unknown).not.toThrow();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('counts requests beyond ten a second and a burst of fifteen, by address, and answers them', async () => {
    const { rest, clock } = openVenue();
    const send = (address = '127.0.0.1'): unknown => {
      const { status, violated } = rest('/time', { remoteAddress: address });
      return [status, ...(violated ?? [])];
    };
    for (let i = 0; i < 15; i += 1) expect(send()).toEqual([200]);
    expect(send()).toEqual([200, 'requests-per-second']);
    expect(send('127.0.0.2')).toEqual([200]);
    await clock.advance(100);
    expect(send()).toEqual([200]);
    expect(send()).toEqual([200, 'requests-per-second']);
  });

  it('refuses them with 429 where limits are enforced', async () => {
    const { rest, clock } = openVenue({ enforce: true, rules: { requestBurst: 2, requestRefillMs: 1000 } });
    expect([rest('/time').status, rest('/time').status]).toEqual([200, 200]);
    const refused = rest('/time');
    expect(refused).toMatchObject({ status: 429, violated: ['requests-per-second'] });
    expect(JSON.parse(String(refused.body))).toEqual({ message: 'Public rate limit exceeded' });
    await clock.advance(500);
    expect(rest('/time').status).toBe(200);
  });

  it.each([429, 403, 500, 503])('has words of its own for a failure with %i', (status) => {
    const answer = openVenue().venue.failure(status);
    expect(answer.status).toBe(status);
    expect(JSON.parse(String(answer.body))).toEqual({ message: expect.any(String) });
  });

  it.each([418, 502, 504])('leaves a failure with %i to the proxy before it', (status) => {
    const answer = openVenue().venue.failure(status);
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'text/html' } });
  });
});

/** Orders put together by price: `[price, size, how many]`. */
function sums(orders: readonly [string, string, string][]): [string, number, number][] {
  const levels = new Map<string, [number, number]>();
  for (const [price, size] of orders) {
    const [sum, count] = levels.get(price) ?? [0, 0];
    levels.set(price, [Number((sum + Number(size)).toFixed(8)), count + 1]);
  }
  return [...levels].map(([price, [sum, count]]) => [price, sum, count]);
}
