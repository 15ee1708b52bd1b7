import { describe, expect, it } from 'vitest';
import { EPOCH_MS, type Json, openVenue } from './okx-harness.js';

const PLAIN = /^\d+(\.\d*[1-9])?$/;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const RATIOS = '/api/v5/rubik/stat/contracts/long-short';

describe('OKX REST', () => {
  it('tells the time', () => {
    const { rest, data } = openVenue();
    expect(data('/api/v5/public/time')).toEqual([{ ts: String(EPOCH_MS) }]);
    expect(rest('/api/v5/public/time').headers).toEqual({ 'content-type': 'application/json' });
  });

  it('lists the spot market and the contracts with what clients read of them', () => {
    const { data, venue } = openVenue();
    const spot = data('/api/v5/public/instruments?instType=SPOT');
    const swap = data('/api/v5/public/instruments?instType=SWAP');
    expect([...spot, ...swap].map(({ instId }: Json) => instId)).toEqual(venue.symbols);
    expect(spot[0]).toMatchObject({
      instId: 'BTC-USDT',
      instType: 'SPOT',
      baseCcy: 'BTC',
      quoteCcy: 'USDT',
      ctVal: '',
      uly: '',
      tickSz: '0.01',
      lotSz: '0.00001',
      minSz: '0.00001',
      state: 'live',
      tradeQuoteCcyList: ['USDT'],
    });
    expect(swap[0]).toMatchObject({
      instId: 'BTC-USDT-SWAP',
      instType: 'SWAP',
      baseCcy: '',
      quoteCcy: '',
      settleCcy: 'USDT',
      uly: 'BTC-USDT',
      instFamily: 'BTC-USDT',
      ctType: 'linear',
      ctVal: '0.01',
      ctValCcy: 'BTC',
      lotSz: '0.001',
    });
    const codes = [...spot, ...swap].map(({ instIdCode }: Json) => instIdCode);
    expect(new Set(codes).size).toBe(8);
  });

  it('narrows a listing down by instrument and family, and lists nothing in types without a market', () => {
    const { data, get } = openVenue();
    expect(data('/api/v5/public/instruments?instType=SPOT&instId=ETH-USDT')).toHaveLength(1);
    expect(data('/api/v5/public/instruments?instType=SWAP&instFamily=ETH-USDT')[0].instId).toBe('ETH-USDT-SWAP');
    expect(data('/api/v5/public/instruments?instType=SWAP&instFamily=NO-PE')).toEqual([]);
    for (const query of ['MARGIN', 'FUTURES', 'OPTION&uly=BTC-USD', 'OPTION&instFamily=BTC-USD', 'EVENTS&seriesId=x'])
      expect(data(`/api/v5/public/instruments?instType=${query}`)).toEqual([]);
    expect(get('/api/v5/public/instruments?instType=SPOT&instId=ETH-USDT-SWAP').code).toBe('51001');
  });

  it('shows one level unless more are asked for, 400 at most, and numbers without trailing zeros', () => {
    const { data } = openVenue();
    const [best] = data('/api/v5/market/books?instId=BTC-USDT');
    expect([best.bids.length, best.asks.length]).toEqual([1, 1]);
    const [full] = data('/api/v5/market/books?instId=BTC-USDT-SWAP&sz=5000');
    expect([full.bids.length, full.asks.length]).toEqual([400, 400]);
    expect(Number(full.bids[0][0])).toBeLessThan(Number(full.asks[0][0]));
    for (const level of [...full.bids, ...full.asks]) {
      const [price, size, unused, orders] = level;
      expect(level).toHaveLength(4);
      expect(price).toMatch(PLAIN);
      expect(size).toMatch(PLAIN);
      expect(unused).toBe('0');
      expect(Number(orders)).toBeGreaterThan(0);
    }
  });

  it('renews a book every 50 ms: the same text in between, the market’s book at its sequence number after', async () => {
    const { rest, data, clock, market } = openVenue();
    const first = rest('/api/v5/market/books?instId=BTC-USDT&sz=400').body;
    await clock.advance(49);
    expect(rest('/api/v5/market/books?instId=BTC-USDT&sz=400').body).toBe(first);
    await clock.advance(1);
    const [later] = data('/api/v5/market/books?instId=BTC-USDT&sz=400');
    const { book } = market.symbols.at(0)!;
    const change = book.changeAt(50);
    expect(later).toMatchObject({ seqId: book.updateId(change), ts: String(EPOCH_MS + 50) });
    const { bids } = book.levels(change, 400);
    expect(
      later.bids.map(([price, size]: string[]) => [Math.round(Number(price) * 100), Math.round(Number(size) * 1e5)]),
    ).toEqual(bids);
  });

  it('gives the newest trades first, with the taker’s side', () => {
    const { data, market } = openVenue();
    const trades = data('/api/v5/market/trades?instId=BTC-USDT&limit=50');
    const { tape } = market.symbols.at(0)!;
    const expected = tape.trades(tape.nextTradeId(0) - 50, 0, 50).reverse();
    expect(trades.map(({ tradeId, side }: Json) => [Number(tradeId), side])).toEqual(
      expected.map(({ id, buyerIsMaker }) => [id, buyerIsMaker ? 'sell' : 'buy']),
    );
    expect(Object.keys(trades[0])).toEqual(['instId', 'side', 'sz', 'source', 'px', 'tradeId', 'ts']);
    expect(Number(trades[0].ts)).toBeLessThanOrEqual(EPOCH_MS);
    expect(data('/api/v5/market/trades?instId=BTC-USDT')).toHaveLength(100);
    expect(data('/api/v5/market/trades?instId=BTC-USDT&limit=9999')).toHaveLength(500);
  });

  it.each([
    ['1m', 60_000, 0],
    ['4H', 4 * HOUR_MS, 0],
    ['6H', 6 * HOUR_MS, 8 * HOUR_MS],
    ['1D', DAY_MS, 8 * HOUR_MS],
    ['1Dutc', DAY_MS, 0],
    ['2D', 2 * DAY_MS, 8 * HOUR_MS],
  ])('opens %s candles on the calendar, newest first and end to end', (bar, lengthMs, aheadMs) => {
    const { data } = openVenue();
    const candles = data(`/api/v5/market/candles?instId=BTC-USDT&bar=${bar}&limit=5`);
    expect(candles).toHaveLength(5);
    const opens = candles.map(([ts]: string[]) => Number(ts));
    expect(opens[0]).toBe(Math.floor((EPOCH_MS + aheadMs) / lengthMs) * lengthMs - aheadMs);
    for (const [i, open] of opens.entries()) expect(open).toBe(opens[0] - i * lengthMs);
    expect(candles.map((candle: string[]) => candle[8])).toEqual(['0', '1', '1', '1', '1']);
    for (const [, o, h, l, c] of candles) {
      expect(Number(h)).toBeGreaterThanOrEqual(Math.max(Number(o), Number(c)));
      expect(Number(l)).toBeLessThanOrEqual(Math.min(Number(o), Number(c)));
    }
  });

  it('opens weeks on Monday, months and quarters on their first day, by the zone in the bar’s name', () => {
    const { data } = openVenue();
    const open = (bar: string): Date =>
      new Date(Number(data(`/api/v5/market/candles?instId=BTC-USDT&bar=${bar}&limit=1`)[0][0]));
    expect(open('1Wutc').getUTCDay()).toBe(1);
    expect([open('1W').getUTCDay(), open('1W').getUTCHours()]).toEqual([0, 16]);
    expect(open('1Mutc').getUTCDate()).toBe(1);
    expect(open('1M').getUTCHours()).toBe(16);
    expect([open('3Mutc').getUTCDate(), open('3Mutc').getUTCMonth() % 3]).toEqual([1, 0]);
    const quarters = data('/api/v5/market/candles?instId=BTC-USDT&bar=3Mutc&limit=3');
    expect(quarters.map(([ts]: string[]) => new Date(Number(ts)).getUTCMonth() % 3)).toEqual([0, 0, 0]);
  });

  it('pages candles strictly between `before` and `after`, and no further back than 1440 bars', () => {
    const { data } = openVenue();
    const path = '/api/v5/market/candles?instId=BTC-USDT&bar=1m';
    const [newest] = data(`${path}&limit=1`)[0];
    const opens = (query: string): number[] =>
      data(`${path}${query}`).map(([ts]: string[]) => (Number(ts) - Number(newest)) / 60_000);
    expect(opens(`&after=${newest}&limit=3`)).toEqual([-1, -2, -3]);
    expect(opens(`&after=${Number(newest) + 1}&limit=2`)).toEqual([0, -1]);
    expect(opens(`&before=${Number(newest) - 120_000}`)).toEqual([0, -1]);
    expect(opens(`&before=${Number(newest) - 600_000}&limit=2`)).toEqual([0, -1]);
    expect(opens(`&before=${Number(newest) - 180_000}&after=${newest}`)).toEqual([-1, -2]);
    expect(opens(`&after=${Number(newest) - 1438 * 60_000}`)).toEqual([-1439]);
    expect(opens('&after=9999999999999999&limit=1')).toEqual([0]);
    expect(opens('&after=0')).toEqual([]);
    expect(opens('')).toHaveLength(100);
    expect(opens('&limit=500')).toHaveLength(300);
  });

  it('goes further back in the history of candles, which is of complete bars only', () => {
    const { data } = openVenue();
    const [newest] = data('/api/v5/market/candles?instId=BTC-USDT&bar=1m&limit=1')[0];
    const history = data('/api/v5/market/history-candles?instId=BTC-USDT&limit=2');
    expect(history.map((candle: string[]) => [Number(newest) - Number(candle[0]), candle[8]])).toEqual([
      [60_000, '1'],
      [120_000, '1'],
    ]);
    const after = Number(newest) - 3000 * 60_000;
    expect(data(`/api/v5/market/history-candles?instId=BTC-USDT&after=${after}&limit=1`)[0][0]).toBe(
      String(after - 60_000),
    );
    expect(data('/api/v5/market/history-candles?instId=BTC-USDT&after=1606000000000')).toEqual([]);
    expect(data('/api/v5/market/history-candles?instId=BTC-USDT&bar=1s&limit=2')).toHaveLength(2);
  });

  it('counts volume in coins and quote on the spot market, in contracts and coins of a contract', () => {
    const { data } = openVenue();
    const volumes = (id: string): number[] =>
      data(`/api/v5/market/candles?instId=${id}&bar=1m&limit=2`)[1].slice(5, 8).map(Number);
    const [coins, quote, sameQuote] = volumes('BTC-USDT');
    expect(sameQuote).toBe(quote);
    expect(quote! / coins!).toBeCloseTo(76_650, -4);
    const [contracts, contractCoins, contractQuote] = volumes('BTC-USDT-SWAP');
    expect(contracts! / 100).toBeCloseTo(contractCoins!, 8);
    expect(contractQuote! / contractCoins!).toBeCloseTo(76_650, -4);
  });

  it('summarises the day in a ticker, in agreement with book and trades', () => {
    const { data, market } = openVenue();
    const [ticker] = data('/api/v5/market/ticker?instId=BTC-USDT');
    const { book } = market.symbols.at(0)!;
    const { bidTicks, askTicks } = book.touch(book.changeAt(0));
    const [last] = data('/api/v5/market/trades?instId=BTC-USDT&limit=1');
    expect(ticker).toMatchObject({ instType: 'SPOT', instId: 'BTC-USDT', last: last.px, lastSz: last.sz });
    expect([Number(ticker.bidPx), Number(ticker.askPx)]).toEqual([bidTicks / 100, askTicks / 100]);
    expect(Number(ticker.high24h)).toBeGreaterThanOrEqual(Number(ticker.last));
    expect(Number(ticker.low24h)).toBeLessThanOrEqual(Number(ticker.last));
    expect(ticker.ts).toBe(String(EPOCH_MS));
    const [day] = data('/api/v5/market/candles?instId=BTC-USDT&bar=1Dutc&limit=1');
    expect(Number(ticker.sodUtc0)).toBeCloseTo(Number(day[1]), 0);
    const all = data('/api/v5/market/tickers?instType=SWAP');
    expect(all.map(({ instId }: Json) => instId)).toHaveLength(4);
    expect(data('/api/v5/market/tickers?instType=OPTION')).toEqual([]);
    const [swap] = data('/api/v5/market/ticker?instId=BTC-USDT-SWAP');
    expect(Number(swap.vol24h) / 100 / Number(swap.volCcy24h)).toBeCloseTo(1, 6);
  });

  it('shows funding of one contract or of any: settled each eight hours, the last rate settled', async () => {
    const { data, clock } = openVenue();
    const [funding] = data('/api/v5/public/funding-rate?instId=BTC-USDT-SWAP');
    expect(funding).toMatchObject({ formulaType: 'noRate', method: 'current_period', settState: 'settled' });
    const settles = Number(funding.fundingTime);
    expect(settles % (8 * HOUR_MS)).toBe(0);
    expect(settles - EPOCH_MS).toBeGreaterThan(0);
    expect(Number(funding.nextFundingTime) - settles).toBe(8 * HOUR_MS);
    expect(Math.abs(Number(funding.fundingRate))).toBeLessThanOrEqual(0.00375);
    expect(data('/api/v5/public/funding-rate?instId=ANY')).toHaveLength(4);
    await clock.advance(settles - EPOCH_MS);
    const [after] = data('/api/v5/public/funding-rate?instId=BTC-USDT-SWAP');
    expect(after.settFundingRate).toBe(funding.fundingRate);
    expect(after.fundingTime).toBe(funding.nextFundingTime);
  });

  it('shows open interest in contracts, coins and dollars, and the mark price near the book', () => {
    const { data } = openVenue();
    const [interest] = data('/api/v5/public/open-interest?instType=SWAP&instId=BTC-USDT-SWAP');
    const [mark] = data('/api/v5/public/mark-price?instType=SWAP&instId=BTC-USDT-SWAP');
    expect(Number(interest.oi) / 100).toBeCloseTo(Number(interest.oiCcy), 8);
    expect(Number(interest.oiCcy) * Number(mark.markPx)).toBeCloseTo(Number(interest.oiUsd), 2);
    expect(Object.keys(mark)).toEqual(['instType', 'instId', 'markPx', 'ts']);
    const [book] = data('/api/v5/market/books?instId=BTC-USDT-SWAP');
    expect(Math.abs(Number(mark.markPx) / Number(book.bids[0][0]) - 1)).toBeLessThan(0.001);
    expect(data('/api/v5/public/open-interest?instType=SWAP')).toHaveLength(4);
    expect(data('/api/v5/public/open-interest?instType=FUTURES')).toEqual([]);
    expect(data('/api/v5/public/mark-price?instType=SWAP&instFamily=ETH-USDT')).toHaveLength(1);
  });

  it.each([
    [`${RATIOS}-account-ratio?ccy=BTC`, 300_000, 2 * 288],
    [`${RATIOS}-account-ratio?ccy=BTC&period=1H`, HOUR_MS, 30 * 24],
    [`${RATIOS}-account-ratio?ccy=BTC&period=1D`, DAY_MS, 180],
    [`${RATIOS}-account-ratio-contract?instId=BTC-USDT-SWAP`, 300_000, 100],
    [`${RATIOS}-account-ratio-contract-top-trader?instId=BTC-USDT-SWAP&period=15m&limit=10`, 900_000, 10],
    [`${RATIOS}-position-ratio-contract-top-trader?instId=BTC-USDT-SWAP&period=1Dutc&limit=3`, DAY_MS, 3],
  ])('gives long-short ratios newest first: %s', (target, periodMs, count) => {
    const { data } = openVenue();
    const rows = data(target);
    expect(rows).toHaveLength(count);
    for (const [i, [ts, ratio]] of rows.entries()) {
      expect(Number(ts)).toBe(Number(rows[0][0]) - i * periodMs);
      expect(Number(ratio)).toBeGreaterThan(0.3);
      expect(Number(ratio)).toBeLessThan(3);
    }
  });

  it('selects ratios by begin and end', () => {
    const { data } = openVenue();
    const path = `${RATIOS}-account-ratio-contract?instId=BTC-USDT-SWAP`;
    const [newest] = data(path)[0];
    const rows = data(`${path}&begin=${Number(newest) - 900_000}&end=${newest}`);
    expect(rows.map(([ts]: string[]) => (Number(newest) - Number(ts)) / 300_000)).toEqual([1, 2]);
  });

  it.each([
    ['/api/v5/market/books', 400, '50014', 'Parameter instId can not be empty.'],
    ['/api/v5/market/books?instId=', 400, '50014', 'Parameter instId can not be empty.'],
    ['/api/v5/market/books?instId=NO-PE', 200, '51001', expect.stringContaining('Instrument ID')],
    ['/api/v5/market/books?instId=__proto__', 200, '51001', expect.stringContaining('Instrument ID')],
    ['/api/v5/market/books?instId=BTC-USDT&sz=x', 400, '51000', 'Parameter sz error'],
    ['/api/v5/market/books?instId=BTC-USDT&sz=0', 400, '51000', 'Parameter sz error'],
    ['/api/v5/market/trades?instId=BTC-USDT&limit=-1', 400, '51000', 'Parameter limit error'],
    ['/api/v5/market/candles?instId=BTC-USDT&bar=1h', 400, '51000', 'Parameter bar error'],
    ['/api/v5/market/candles?instId=BTC-USDT&bar=1s', 400, '51000', 'Parameter bar error'],
    ['/api/v5/market/candles?instId=BTC-USDT&bar=5D', 400, '51000', 'Parameter bar error'],
    ['/api/v5/market/candles?instId=BTC-USDT&bar=4Hutc', 400, '51000', 'Parameter bar error'],
    ['/api/v5/market/candles?instId=BTC-USDT&after=soon', 400, '51000', 'Parameter after error'],
    ['/api/v5/public/instruments', 400, '50014', 'Parameter instType can not be empty.'],
    ['/api/v5/public/instruments?instType=toString', 400, '51000', 'Parameter instType error'],
    ['/api/v5/public/instruments?instType=OPTION', 400, '50015', 'Either parameter instFamily or uly is required'],
    ['/api/v5/public/instruments?instType=EVENTS', 400, '50014', 'Parameter seriesId can not be empty.'],
    ['/api/v5/market/tickers?instType=MARGIN', 400, '51000', 'Parameter instType error'],
    ['/api/v5/public/open-interest?instType=SPOT', 400, '51000', 'Parameter instType error'],
    ['/api/v5/public/funding-rate?instId=BTC-USDT', 400, '51000', 'Parameter instId error'],
    [`${RATIOS}-account-ratio?ccy=BTC&period=15m`, 400, '51000', 'Parameter period error'],
    [`${RATIOS}-account-ratio?ccy=XXX`, 400, '51000', 'Parameter ccy error'],
    [`${RATIOS}-account-ratio-contract?instId=BTC-USDT-SWAP&period=1m`, 400, '51000', 'Parameter period error'],
    [`${RATIOS}-account-ratio-contract?instId=BTC-USDT`, 400, '51000', 'Parameter instId error'],
    ['/api/v5/nope', 404, '404', 'Not Found'],
    ['/', 404, '404', 'Not Found'],
  ])('answers %s with %i and code %s', (target, status, code, msg) => {
    const { rest } = openVenue();
    const response = rest(target);
    expect(response.status).toBe(status);
    expect(JSON.parse(String(response.body))).toEqual({ code, msg, data: [] });
  });

  it('answers another method than GET with 405', () => {
    const { rest } = openVenue();
    const response = rest('/api/v5/public/time', { method: 'POST' });
    expect(response.status).toBe(405);
    expect(JSON.parse(String(response.body)).code).toBe('50115');
  });

  it.each([
    [429, '50011'],
    [500, '50026'],
    [503, '50001'],
  ])('has words of its own for a failure %i', (status, code) => {
    const response = openVenue().venue.failure(status);
    expect(response.status).toBe(status);
    expect(JSON.parse(String(response.body))).toMatchObject({ code, data: [] });
  });

  it.each([403, 418, 502, 504])('leaves a failure %i to the page of its CDN', (status) => {
    const { headers, body } = openVenue().venue.failure(status);
    expect(headers['content-type']).toBe('text/html');
    expect(String(body)).toContain(String(status));
  });
});

describe('OKX REST limits', () => {
  const LIMITS = [
    ['/api/v5/public/time', 10],
    ['/api/v5/public/instruments?instType=SPOT', 20],
    ['/api/v5/public/funding-rate?instId=BTC-USDT-SWAP', 10],
    ['/api/v5/public/open-interest?instType=SWAP&instId=BTC-USDT-SWAP', 20],
    ['/api/v5/public/mark-price?instType=SWAP&instId=BTC-USDT-SWAP', 10],
    ['/api/v5/market/books?instId=BTC-USDT', 40],
    ['/api/v5/market/trades?instId=BTC-USDT&limit=1', 100],
    ['/api/v5/market/candles?instId=BTC-USDT&limit=1', 40],
    ['/api/v5/market/history-candles?instId=BTC-USDT&limit=1', 20],
    ['/api/v5/market/ticker?instId=BTC-USDT', 20],
    ['/api/v5/market/tickers?instType=SPOT', 20],
    [`${RATIOS}-account-ratio?ccy=BTC&period=1D`, 5],
    [`${RATIOS}-account-ratio-contract?instId=BTC-USDT-SWAP&limit=1`, 5],
  ] as const;

  it.each(LIMITS)('counts the requests of %s above %i in two seconds, and answers them', (target, limit) => {
    const { rest } = openVenue();
    for (let i = 0; i < limit; i += 1) expect(rest(target).violated).toEqual([]);
    const response = rest(target);
    expect([response.status, response.violated]).toEqual([200, ['requests-per-endpoint']]);
  });

  it.each(LIMITS)(
    'refuses them with 429 where limits are enforced, until the window is over: %s',
    async (target, limit) => {
      const { rest, clock } = openVenue({ enforce: true });
      for (let i = 0; i < limit; i += 1) expect(rest(target).status).toBe(200);
      const response = rest(target);
      expect([response.status, response.violated]).toEqual([429, ['requests-per-endpoint']]);
      expect(JSON.parse(String(response.body))).toEqual({ code: '50011', msg: 'Too Many Requests', data: [] });
      await clock.advance(2000);
      expect(rest(target).status).toBe(200);
    },
  );

  it('keeps addresses, paths and instruments apart where the guide does', () => {
    const { rest } = openVenue({
      enforce: true,
      rules: { booksRequests: 1, fundingRateRequests: 1, tickerRequests: 1 },
    });
    const status = (target: string, remoteAddress = '127.0.0.1'): number => rest(target, { remoteAddress }).status;
    expect(status('/api/v5/market/books?instId=BTC-USDT')).toBe(200);
    expect(status('/api/v5/market/books?instId=ETH-USDT')).toBe(429);
    expect(status('/api/v5/market/books?instId=BTC-USDT', '127.0.0.7')).toBe(200);
    expect(status('/api/v5/market/ticker?instId=BTC-USDT')).toBe(200);
    expect(status('/api/v5/public/funding-rate?instId=BTC-USDT-SWAP')).toBe(200);
    expect(status('/api/v5/public/funding-rate?instId=ETH-USDT-SWAP')).toBe(200);
    expect(status('/api/v5/public/funding-rate?instId=ETH-USDT-SWAP')).toBe(429);
  });

  it('counts requests that it answers with an error, and lets nobody round the limit with invented names', () => {
    const { rest } = openVenue({ enforce: true, rules: { fundingRateRequests: 2 } });
    const statuses = ['A', 'B', 'C'].map((id) => rest(`/api/v5/public/funding-rate?instId=${id}`).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});
