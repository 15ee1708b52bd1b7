import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EPOCH_MS, type Json, bodyOf, openVenue, send, SPOT } from './bybit-harness.js';

const HOUR_MS = 3_600_000;
const DECIMAL = /^\d+\.\d+$/;

/** The result of a request that succeeds. */
function open(options: Parameters<typeof openVenue>[0] = {}) {
  const opened = openVenue(options);
  const result = (target: string): Json => {
    const { retCode, retMsg, result } = opened.get(`/v5/market/${target}`);
    expect([retCode, retMsg]).toEqual([0, 'OK']);
    return result;
  };
  return { ...opened, result };
}

describe('Bybit REST', () => {
  it('puts everything into one envelope, with the time', () => {
    const { get, rest } = openVenue();
    expect(get('/v5/market/time')).toEqual({
      retCode: 0,
      retMsg: 'OK',
      result: { timeSecond: String(EPOCH_MS / 1e3), timeNano: `${EPOCH_MS}000000` },
      retExtInfo: {},
      time: EPOCH_MS,
    });
    expect(rest('/v5/market/time').headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('lists pairs and contracts, all, one, or those on a coin', () => {
    const { result, venue } = open();
    const { category, list, ...more } = result('instruments-info?category=spot');
    expect([category, more]).toEqual(['spot', {}]);
    expect(list.map((entry: Json) => entry.symbol)).toEqual(venue.symbols);
    expect(list[0]).toMatchObject({
      symbol: 'BTCUSDT',
      baseCoin: 'BTC',
      quoteCoin: 'USDT',
      status: 'Trading',
      lotSizeFilter: { basePrecision: '0.00001', minOrderQty: '0.00001', minOrderAmt: '5' },
      priceFilter: { tickSize: '0.01' },
    });
    const linear = result('instruments-info?category=linear&symbol=ETHUSDT');
    expect(linear.list).toHaveLength(1);
    expect(linear.list[0]).toMatchObject({ contractType: 'LinearPerpetual', settleCoin: 'USDT', fundingInterval: 480 });
    expect(result('instruments-info?category=linear&baseCoin=SOL').list).toHaveLength(1);
    expect(result('instruments-info?category=linear&status=PreLaunch').list).toEqual([]);
  });

  it('pages through contracts by cursor', () => {
    const { result, venue } = open({ symbols: 7 });
    const names: string[] = [];
    for (let cursor = '', page = 0; page === 0 || cursor !== ''; page += 1) {
      const { list, nextPageCursor } = result(`instruments-info?category=linear&limit=3&cursor=${cursor}`);
      names.push(...list.map((entry: Json) => entry.symbol));
      cursor = nextPageCursor;
      expect(page).toBeLessThan(3);
    }
    expect(names).toEqual(venue.symbols);
  });

  it('shows the book as the topic of 1000 levels has it', async () => {
    const { result, market, clock, connect } = open();
    const { session, sink } = connect(SPOT);
    send(session, 'subscribe', ['orderbook.1000.BTCUSDT']);
    for (let i = 0; i < 20; i += 1) {
      await clock.advance(73);
      const { s, b, a, u, seq, ts, cts } = result('orderbook?category=spot&symbol=BTCUSDT&limit=1000');
      const { data } = bodyOf(sink.messages().at(-1));
      expect([s, u, seq]).toEqual(['BTCUSDT', data.u, data.seq]);
      expect([b.length, a.length]).toEqual([1000, 1000]);
      expect(ts).toBe(EPOCH_MS + clock.now());
      expect(ts - cts).toBeLessThanOrEqual(220);
      const { book } = market.symbols[0]!;
      let change = book.changeAt(clock.now());
      while (book.updateId(change) > seq) change -= 1;
      const [ticks, lots] = book.levels(change, 1).bids[0]!;
      expect(b[0]).toEqual([(ticks / 100).toFixed(2), (lots / 1e5).toFixed(5)]);
    }
  });

  it('shows one level of spot and 25 of contracts unless told otherwise, and repeats what has not changed', () => {
    const { rest, result } = open();
    const depth = (query: string): number => result(`orderbook?${query}`).b.length;
    expect(depth('category=spot&symbol=BTCUSDT')).toBe(1);
    expect(depth('category=linear&symbol=BTCUSDT')).toBe(25);
    expect(depth('category=linear&symbol=BTCUSDT&limit=5000')).toBe(1000);
    const target = '/v5/market/orderbook?category=linear&symbol=BTCUSDT&limit=200';
    expect(rest(target).body).toBe(rest(target).body);
  });

  it('keeps pair and contract apart, though they trade around one price', () => {
    const { result } = open();
    const [spot, linear] = ['spot', 'linear'].map((category) =>
      result(`orderbook?category=${category}&symbol=BTCUSDT&limit=50`),
    );
    expect(spot.b).not.toEqual(linear.b);
    expect(Math.abs(Number(spot.b[0][0]) / Number(linear.b[0][0]) - 1)).toBeLessThan(0.001);
  });

  it('lists the newest trades, newest first, up to sixty of spot', () => {
    const { result, market } = open();
    const { category, list } = result('recent-trade?category=spot&symbol=BTCUSDT&limit=1000');
    expect([category, list.length]).toEqual(['spot', 60]);
    expect(result('recent-trade?category=linear&symbol=BTCUSDT').list).toHaveLength(500);
    const { tape, book } = market.symbols[0]!;
    for (const [i, row] of list.entries()) {
      const [trade] = tape.trades(tape.nextTradeId(0) - 1 - i, 0, 1);
      expect(row).toMatchObject({
        symbol: 'BTCUSDT',
        side: trade?.buyerIsMaker ? 'Sell' : 'Buy',
        time: String(Math.floor(EPOCH_MS + trade!.marketMs)),
        seq: String(book.updateId(book.changeAt(trade!.marketMs))),
        isBlockTrade: false,
      });
      expect(Number(row.execId.slice(4))).toBe(trade?.id);
    }
  });

  it('gives klines newest first, of every interval', () => {
    const { result } = open();
    for (const [interval, lengthMs] of [
      ['1', 60_000],
      ['240', 4 * HOUR_MS],
      ['D', 24 * HOUR_MS],
    ] as const) {
      const { list } = result(`kline?category=spot&symbol=BTCUSDT&interval=${interval}&limit=4`);
      expect(list).toHaveLength(4);
      for (const [i, row] of list.entries()) {
        const [start, open, high, low, close] = row.map(Number);
        expect(start).toBe(Math.floor(EPOCH_MS / lengthMs) * lengthMs - i * lengthMs);
        expect(high >= Math.max(open, close) && low <= Math.min(open, close)).toBe(true);
        expect(row.slice(1)).toEqual(Array.from({ length: 6 }, () => expect.stringMatching(DECIMAL)));
      }
    }
    const days = (interval: string): number =>
      new Date(Number(result(`kline?symbol=BTCUSDT&interval=${interval}&limit=1`).list[0][0])).getUTCDay();
    expect(days('W')).toBe(1);
    const months = result('kline?symbol=BTCUSDT&interval=M&limit=3');
    expect(months.category).toBe('linear');
    expect(months.list.map(([start]: string[]) => new Date(Number(start)).getUTCDate())).toEqual([1, 1, 1]);
    expect(result('kline?symbol=BTCUSDT&interval=60').list).toHaveLength(200);
  });

  it('selects klines by start and end', () => {
    const { result } = open();
    const minute = Math.floor(EPOCH_MS / 60_000) * 60_000;
    const starts = (query: string): number[] =>
      result(`kline?category=spot&symbol=BTCUSDT&interval=1&${query}`).list.map(
        ([start]: string[]) => (Number(start) - minute) / 60_000,
      );
    expect(starts(`start=${minute - 120_000}`)).toEqual([0, -1, -2]);
    expect(starts(`start=${minute - 120_001}&limit=2`)).toEqual([-1, -2]);
    expect(starts(`end=${minute - 1}&limit=2`)).toEqual([-1, -2]);
    expect(starts(`start=${minute - 300_000}&end=${minute - 60_000}&limit=2`)).toEqual([-1, -2]);
    expect(starts(`start=${minute + 60_000}`)).toEqual([]);
  });

  it('sums up the day, of spot with the touch and of contracts with all that they have', () => {
    const { result, market } = open();
    const { list } = result('tickers?category=spot');
    expect(list).toHaveLength(4);
    const [spot] = result('tickers?category=spot&symbol=BTCUSDT').list;
    expect(spot).toEqual(list[0]);
    const [trade] = result('recent-trade?category=spot&symbol=BTCUSDT&limit=1').list;
    expect(spot.lastPrice).toBe(trade.price);
    expect(Number(spot.bid1Price)).toBeLessThan(Number(spot.usdIndexPrice));
    expect(Number(spot.usdIndexPrice)).toBeLessThan(Number(spot.ask1Price));
    expect(Number(spot.lastPrice) / Number(spot.prevPrice24h) - 1).toBeCloseTo(Number(spot.price24hPcnt), 3);
    const [linear] = result('tickers?category=linear&symbol=BTCUSDT').list;
    const { contract } = market.perpetuals[0]!;
    expect(Number(linear.markPrice)).toBe(Math.round(contract.markTicks(0)) / 100);
    expect(Number(linear.openInterest)).toBe(contract.openInterestLots(0) / 1e5);
    expect(Number(linear.openInterestValue)).toBeCloseTo(Number(linear.openInterest) * Number(linear.markPrice), 4);
    expect(Number(linear.nextFundingTime)).toBe((Math.floor(EPOCH_MS / (8 * HOUR_MS)) + 1) * 8 * HOUR_MS);
    expect(linear).not.toHaveProperty('tickDirection');
  });

  it('settles every eight hours the rate that the ticker announced', async () => {
    const { result, clock } = open();
    const [{ fundingRate, nextFundingTime }] = result('tickers?category=linear&symbol=BTCUSDT').list;
    const before = result('funding/history?category=linear&symbol=BTCUSDT&limit=3').list;
    expect(before).toHaveLength(3);
    await clock.advance(8 * HOUR_MS);
    const after = result('funding/history?category=linear&symbol=BTCUSDT').list;
    expect(after).toHaveLength(200);
    expect(after[0]).toEqual({ symbol: 'BTCUSDT', fundingRate, fundingRateTimestamp: nextFundingTime });
    expect(after.slice(1, 4)).toEqual(before);
    const query = `startTime=${before[2].fundingRateTimestamp}&endTime=${before[1].fundingRateTimestamp}`;
    expect(result(`funding/history?category=linear&symbol=BTCUSDT&${query}`).list).toEqual(before.slice(1));
  });

  it.each([
    ['open-interest', 'intervalTime', 'openInterest'],
    ['account-ratio', 'period', 'buyRatio'],
  ])('pages through %s by cursor, newest first', (path, name, field) => {
    const { result } = open();
    const target = `${path}?category=linear&symbol=BTCUSDT&${name}=5min`;
    const whole = result(`${target}&limit=10`).list;
    const first = result(`${target}&limit=4`);
    const second = result(`${target}&limit=4&cursor=${first.nextPageCursor}`);
    expect([...first.list, ...second.list]).toEqual(whole.slice(0, 8));
    for (const [i, row] of whole.entries()) {
      expect(Number(row.timestamp)).toBe(Math.floor(EPOCH_MS / 300_000) * 300_000 - i * 300_000);
      expect(Number(row[field])).toBeGreaterThan(0);
    }
    expect(result(`${target}&startTime=${EPOCH_MS - 600_000}&limit=50`)).toMatchObject({ nextPageCursor: '' });
  });

  it('divides all accounts between long and short', () => {
    const { list } = open().result('account-ratio?category=linear&symbol=BTCUSDT&period=1h');
    for (const { symbol, buyRatio, sellRatio } of list) {
      expect(symbol).toBe('BTCUSDT');
      expect(Number(buyRatio) + Number(sellRatio)).toBeCloseTo(1, 6);
    }
  });

  it.each(['inverse', 'option'])('trades nothing in %s, and says so with empty lists', (category) => {
    const { result } = open();
    expect(result(`instruments-info?category=${category}`).list).toEqual([]);
    expect(result(`tickers?category=${category}&symbol=BTCUSD`).list).toEqual([]);
    expect(result(`recent-trade?category=${category}&symbol=BTCUSD`).list).toEqual([]);
    expect(result(`kline?category=${category}&symbol=BTCUSD&interval=1`).list).toEqual([]);
    expect(result(`orderbook?category=${category}&symbol=BTCUSD`)).toMatchObject({ b: [], a: [], ts: 0 });
  });

  it.each([
    ['orderbook', 'category is required'],
    ['orderbook?category=spot', 'symbol is required'],
    ['orderbook?category=margin&symbol=BTCUSDT', 'category invalid'],
    ['orderbook?category=__proto__&symbol=BTCUSDT', 'category invalid'],
    ['orderbook?category=spot&symbol=NOPE', 'symbol invalid'],
    ['orderbook?category=spot&symbol=btcusdt', 'symbol invalid'],
    ['orderbook?category=linear&symbol=toString', 'symbol invalid'],
    ['orderbook?category=spot&symbol=BTCUSDT&limit=0', 'limit invalid'],
    ['orderbook?category=spot&symbol=BTCUSDT&limit=ten', 'limit invalid'],
    ['kline?symbol=BTCUSDT', 'interval is required'],
    ['kline?symbol=BTCUSDT&interval=2', 'interval invalid'],
    ['kline?symbol=BTCUSDT&interval=1&start=-5', 'start invalid'],
    ['tickers', 'category is required'],
    ['funding/history?category=spot&symbol=BTCUSDT', 'category invalid'],
    ['open-interest?category=linear&symbol=BTCUSDT', 'intervalTime is required'],
    ['open-interest?category=linear&symbol=BTCUSDT&intervalTime=1m', 'intervalTime invalid'],
    ['open-interest?category=linear&symbol=BTCUSDT&intervalTime=1h&cursor=x', 'cursor invalid'],
    ['account-ratio?category=linear&symbol=BTCUSDT&period=constructor', 'period invalid'],
    ['instruments-info?category=linear&cursor=last%3DNOPE', 'cursor invalid'],
  ])('refuses %s under status 200', (target, message) => {
    const { status, body } = openVenue().rest(`/v5/market/${target}`);
    expect(status).toBe(200);
    expect(JSON.parse(String(body))).toMatchObject({ retCode: 10_001, retMsg: `params error: ${message}`, result: {} });
  });

  it('knows no other paths or methods', () => {
    const { rest } = openVenue();
    for (const path of ['/', '/v5/market', '/v5/market/toString', '/v5/order/create'])
      expect(rest(path).status).toBe(404);
    expect(rest('/v5/market/time', { method: 'POST' }).status).toBe(404);
  });

  it('answers any query with JSON and never throws', () => {
    const { rest } = openVenue({ symbols: 2 });
    const paths = [
      'orderbook',
      'recent-trade',
      'kline',
      'tickers',
      'funding/history',
      'open-interest',
      'account-ratio',
    ];
    const names = ['limit', 'start', 'end', 'startTime', 'endTime', 'cursor', 'interval', 'intervalTime', 'period'];
    const values = fc.oneof(fc.string(), fc.constantFrom('1', 'D', 'M', '5min', '-1', '999999999999999', 'toString'));
    const categories = fc.constantFrom('spot', 'linear', 'inverse', 'option', 'x');
    const symbols = fc.constantFrom('BTCUSDT', 'NOPE', '__proto__');
    fc.assert(
      fc.property(
        fc.constantFrom(...paths, 'instruments-info'),
        categories,
        symbols,
        fc.array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 5 }),
        (path, category, symbol, pairs) => {
          const query = new URLSearchParams([['category', category], ['symbol', symbol], ...pairs]);
          const { status, body } = rest(`/v5/market/${path}`, { query });
          expect(status).toBe(200);
          expect([0, 10_001]).toContain(JSON.parse(String(body)).retCode);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('counts more than six hundred requests in five seconds, by address, and answers them', async () => {
    const { rest, clock } = openVenue();
    const send = (remoteAddress = '127.0.0.1') => rest('/v5/market/time', { remoteAddress });
    for (let i = 0; i < 600; i += 1) expect(send().violated).toEqual([]);
    expect(send()).toMatchObject({ status: 200, violated: ['requests-per-window'] });
    expect(send('127.0.0.2').violated).toEqual([]);
    await clock.advance(5001);
    expect(send()).toMatchObject({ status: 200, violated: [] });
  });

  it('bans the address with 403 where that is enforced, until the ban is over', async () => {
    const rules = { requestsPerWindow: 2, requestWindowMs: 100, banMs: 1000 };
    const { rest, clock } = openVenue({ enforce: true, rules });
    const send = (remoteAddress = '127.0.0.1') => rest('/v5/market/time', { remoteAddress });
    expect([send().status, send().status]).toEqual([200, 200]);
    expect(send()).toMatchObject({ status: 403, body: 'access too frequent', violated: ['requests-per-window'] });
    await clock.advance(999);
    expect(send()).toMatchObject({ status: 403, violated: [] });
    expect(send('127.0.0.2').status).toBe(200);
    await clock.advance(1);
    expect(send().status).toBe(200);
  });

  it.each([
    [429, 10_429],
    [500, 10_016],
    [503, 10_016],
    [504, 10_000],
  ])('has a code of its own for a failure with %i', (status, retCode) => {
    const answer = openVenue().venue.failure(status);
    expect(answer.status).toBe(status);
    expect(JSON.parse(String(answer.body))).toMatchObject({ retCode, time: EPOCH_MS });
  });

  it('says 403 in plain words, and leaves other failures to the proxy before it', () => {
    const { venue } = openVenue();
    expect(venue.failure(403)).toMatchObject({ status: 403, body: 'access too frequent' });
    for (const status of [418, 502])
      expect(venue.failure(status)).toMatchObject({ status, headers: { 'content-type': 'text/html' } });
  });
});
