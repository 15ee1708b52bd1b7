import { describe, expect, it } from 'vitest';
import { EPOCH_MS, type Json, openVenue } from './binance-harness.js';

const DECIMAL = /^\d+\.\d{8}$/;

describe('Binance REST', () => {
  it('answers ping and time', () => {
    const { rest, get } = openVenue();
    expect(rest('/api/v3/ping')).toMatchObject({ status: 200, body: '{}' });
    expect(get('/api/v3/time')).toEqual({ serverTime: EPOCH_MS });
  });

  it('lists symbols with the filters that clients read, one, some or all', () => {
    const { get, venue } = openVenue();
    const all = get('/api/v3/exchangeInfo');
    expect(all.symbols.map((symbol: Json) => symbol.symbol)).toEqual(venue.symbols);
    expect(get('/api/v3/exchangeInfo?symbol=ETHUSDT').symbols).toHaveLength(1);
    expect(get('/api/v3/exchangeInfo?symbols=["ETHUSDT","BTCUSDT"]').symbols).toHaveLength(2);
    expect(get('/api/v3/exchangeInfo?symbolStatus=HALT').symbols).toEqual([]);
    const [btc] = all.symbols;
    expect(btc).toMatchObject({ symbol: 'BTCUSDT', status: 'TRADING', baseAsset: 'BTC', quoteAsset: 'USDT' });
    expect(btc.permissionSets).toEqual([['SPOT', 'MARGIN']]);
    const filter = (type: string): Json => btc.filters.find((entry: Json) => entry.filterType === type);
    expect(filter('PRICE_FILTER').tickSize).toBe('0.01000000');
    expect(filter('LOT_SIZE').stepSize).toBe('0.00001000');
    expect(filter('NOTIONAL').minNotional).toBe('5.00000000');
  });

  it('shows as many levels as asked for, 100 by default, all there are above that', () => {
    const { get } = openVenue();
    expect(get('/api/v3/depth?symbol=BTCUSDT').bids).toHaveLength(100);
    expect(get('/api/v3/depth?symbol=BTCUSDT&limit=5').asks).toHaveLength(5);
    const full = get('/api/v3/depth?symbol=BTCUSDT&limit=9000');
    expect(full.bids).toHaveLength(1000);
    expect(Number(full.bids[0][0])).toBeLessThan(Number(full.asks[0][0]));
    for (const [price, quantity] of [...full.bids, ...full.asks]) {
      expect(price).toMatch(DECIMAL);
      expect(quantity).toMatch(DECIMAL);
    }
  });

  it('repeats a snapshot as long as the book stands, and gives a later id when it has changed', async () => {
    const { rest, get, clock } = openVenue();
    const first = rest('/api/v3/depth?symbol=BTCUSDT').body;
    expect(rest('/api/v3/depth?symbol=BTCUSDT').body).toBe(first);
    await clock.advance(100);
    const later = get('/api/v3/depth?symbol=BTCUSDT');
    expect(later.lastUpdateId).toBeGreaterThan(JSON.parse(String(first)).lastUpdateId);
  });

  it('gives the newest trades last and pages through history by id', () => {
    const { get } = openVenue();
    const trades = get('/api/v3/trades?symbol=BTCUSDT&limit=50');
    expect(trades).toHaveLength(50);
    expect(trades[49].time).toBeLessThanOrEqual(EPOCH_MS);
    expect(trades.map((trade: Json) => trade.id)).toEqual(trades.map((_: Json, i: number) => trades[0].id + i));
    const paged = get(`/api/v3/historicalTrades?symbol=BTCUSDT&fromId=${trades[0].id}&limit=20`);
    expect(paged).toEqual(trades.slice(0, 20));
    expect(get('/api/v3/trades?symbol=BTCUSDT')).toHaveLength(500);
    expect(get(`/api/v3/historicalTrades?symbol=BTCUSDT&fromId=${trades[49].id + 1}`)).toEqual([]);
    const [oldest] = get('/api/v3/historicalTrades?symbol=BTCUSDT&fromId=1&limit=1');
    expect(EPOCH_MS - oldest.time).toBeLessThanOrEqual(86_400_000);
  });

  it('multiplies price and quantity of a trade exactly', () => {
    const { get } = openVenue();
    for (const { price, qty, quoteQty } of get('/api/v3/trades?symbol=ETHUSDT&limit=100')) {
      const digits = (text: string): bigint => BigInt(text.replace('.', ''));
      expect(digits(quoteQty) * 100_000_000n).toBe(digits(price) * digits(qty));
    }
  });

  it('aggregates the fills of a taker order, found by id or by time', () => {
    const { get } = openVenue();
    const orders = get('/api/v3/aggTrades?symbol=BTCUSDT&limit=30');
    for (const [i, order] of orders.entries()) {
      expect(order.a).toBe(orders[0].a + i);
      if (i > 0) expect(order.f).toBe(orders[i - 1].l + 1);
    }
    expect(get(`/api/v3/aggTrades?symbol=BTCUSDT&fromId=${orders[10].a}&limit=5`)).toEqual(orders.slice(10, 15));
    const [startTime, endTime] = [EPOCH_MS - 2000, EPOCH_MS - 1000];
    const window = get(`/api/v3/aggTrades?symbol=BTCUSDT&startTime=${startTime}&endTime=${endTime}&limit=1000`);
    expect(window.length).toBeGreaterThan(0);
    for (const { T } of window) expect(T >= startTime && T <= endTime).toBe(true);
    const trades = get(`/api/v3/historicalTrades?symbol=BTCUSDT&fromId=${orders[0].f}&limit=1000`);
    const filled = (order: Json): Json[] => trades.filter((trade: Json) => trade.id >= order.f && trade.id <= order.l);
    for (const order of orders) {
      const sum = filled(order).reduce((total, trade) => total + Number(trade.qty), 0);
      expect(sum).toBeCloseTo(Number(order.q), 8);
    }
  });

  it('opens klines on the calendar and fits them end to end', () => {
    const { get } = openVenue();
    for (const [interval, lengthMs] of [
      ['1s', 1000],
      ['1m', 60_000],
      ['4h', 14_400_000],
      ['1d', 86_400_000],
    ] as const) {
      const bars = get(`/api/v3/klines?symbol=BTCUSDT&interval=${interval}&limit=5`);
      expect(bars).toHaveLength(5);
      for (const bar of bars) {
        expect(bar).toHaveLength(12);
        expect(bar[0] % lengthMs).toBe(0);
        expect(bar[6]).toBe(bar[0] + lengthMs - 1);
      }
      expect(bars[4][0]).toBe(Math.floor(EPOCH_MS / lengthMs) * lengthMs);
    }
    const [week] = get('/api/v3/klines?symbol=BTCUSDT&interval=1w&limit=1');
    expect(new Date(week[0]).getUTCDay()).toBe(1);
    const months = get('/api/v3/uiKlines?symbol=BTCUSDT&interval=1M&limit=3');
    expect(months.map((bar: Json) => new Date(bar[0]).getUTCDate())).toEqual([1, 1, 1]);
    expect(months[1][0]).toBe(months[0][6] + 1);
    const [day] = get('/api/v3/klines?symbol=BTCUSDT&interval=1d&timeZone=-5:30&limit=1');
    expect(day[0] % 86_400_000).toBe(5.5 * 3_600_000);
  });

  it('selects klines by start and end', () => {
    const { get } = openVenue();
    const minute = Math.floor(EPOCH_MS / 60_000) * 60_000;
    const opens = (query: string): number[] =>
      get(`/api/v3/klines?symbol=BTCUSDT&interval=1m&${query}`).map((bar: Json) => bar[0] - minute);
    expect(opens(`startTime=${minute - 180_000}`)).toEqual([-180_000, -120_000, -60_000, 0]);
    expect(opens(`startTime=${minute - 180_001}&limit=1`)).toEqual([-180_000]);
    expect(opens(`endTime=${minute - 1}&limit=2`)).toEqual([-120_000, -60_000]);
    expect(opens(`startTime=${minute - 120_000}&endTime=${minute - 60_000}`)).toEqual([-120_000, -60_000]);
    expect(opens(`startTime=${minute + 600_000}`)).toEqual([]);
  });

  it('counts in a kline the trades that the tape shows', async () => {
    const { get, clock } = openVenue();
    await clock.advance(60_000);
    const [bar] = get('/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=2');
    const orders = get(`/api/v3/aggTrades?symbol=BTCUSDT&startTime=${bar[0]}&endTime=${bar[6]}&limit=1000`);
    const more = get(`/api/v3/aggTrades?symbol=BTCUSDT&fromId=${orders.at(-1).a + 1}&limit=1000`);
    const inside = [...orders, ...more].filter((order) => order.T <= bar[6]);
    expect(inside.length).toBeGreaterThan(1000);
    expect(bar[8]).toBe(inside.reduce((sum: number, order: Json) => sum + order.l - order.f + 1, 0));
    expect(Number(bar[5])).toBeCloseTo(
      inside.reduce((sum: number, order: Json) => sum + Number(order.q), 0),
      6,
    );
    expect([bar[1], bar[4]]).toEqual([inside[0].p, inside.at(-1).p]);
  });

  it('reports the day in full or in brief, for one symbol or several', () => {
    const { get } = openVenue();
    const full = get('/api/v3/ticker/24hr?symbol=BTCUSDT');
    expect(full.count).toBe(full.lastId - full.firstId + 1);
    expect(Number(full.highPrice)).toBeGreaterThanOrEqual(Number(full.lastPrice));
    expect(Number(full.lastPrice) - Number(full.openPrice)).toBeCloseTo(Number(full.priceChange), 6);
    expect(full.closeTime).toBe(EPOCH_MS);
    const mini = get('/api/v3/ticker/24hr?symbol=BTCUSDT&type=MINI');
    expect(Object.keys(mini).filter((key) => full[key] !== mini[key])).toEqual([]);
    expect(mini).not.toHaveProperty('bidPrice');
    expect(get('/api/v3/ticker/24hr?symbols=["BTCUSDT"]')).toEqual([full]);
    expect(get('/api/v3/ticker/24hr')).toHaveLength(4);
  });

  it('quotes the last price, the touch and the five-minute average consistently', () => {
    const { get } = openVenue();
    const [last] = get('/api/v3/trades?symbol=BTCUSDT&limit=1');
    expect(get('/api/v3/ticker/price?symbol=BTCUSDT')).toEqual({ symbol: 'BTCUSDT', price: last.price });
    const { bids, asks } = get('/api/v3/depth?symbol=BTCUSDT&limit=1');
    const quote = get('/api/v3/ticker/bookTicker?symbol=BTCUSDT');
    expect([quote.bidPrice, quote.bidQty, quote.askPrice, quote.askQty]).toEqual([...bids[0], ...asks[0]]);
    const average = get('/api/v3/avgPrice?symbol=BTCUSDT');
    expect(average).toMatchObject({ mins: 5, closeTime: EPOCH_MS });
    expect(Math.abs(Number(average.price) / Number(last.price) - 1)).toBeLessThan(0.01);
  });

  it.each([
    ['/api/v3/depth', -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."],
    ['/api/v3/depth?symbol=NOPE', -1121, 'Invalid symbol.'],
    ['/api/v3/depth?symbol=btcusdt', -1100, "Illegal characters found in parameter 'symbol'"],
    ['/api/v3/depth?symbol=BTCUSDT&limit=ten', -1100, "Illegal characters found in parameter 'limit'"],
    ['/api/v3/depth?symbol=BTCUSDT&limit=0', -1130, "Data sent for parameter 'limit' is not valid."],
    ['/api/v3/depth?symbol=BTCUSDT&limit=', -1105, "Parameter 'limit' was empty."],
    ['/api/v3/depth?symbol=BTCUSDT&depth=5', -1104, "read '1' parameter(s) but was sent '2'"],
    ['/api/v3/depth?symbol=BTCUSDT&symbol=ETHUSDT', -1101, 'Duplicate values for a parameter detected.'],
    ['/api/v3/ping?symbol=BTCUSDT', -1101, "Too many parameters; expected '0' and received '1'."],
    ['/api/v3/klines?symbol=BTCUSDT', -1102, "'interval'"],
    ['/api/v3/klines?symbol=BTCUSDT&interval=2m', -1120, 'Invalid interval.'],
    ['/api/v3/klines?symbol=BTCUSDT&interval=constructor', -1120, 'Invalid interval.'],
    ['/api/v3/klines?symbol=BTCUSDT&interval=1d&timeZone=15', -1130, "'timeZone'"],
    ['/api/v3/ticker/24hr?symbol=BTCUSDT&type=TINY', -1139, 'Invalid ticker type.'],
    ['/api/v3/ticker/price?symbols=BTCUSDT', -1100, "'symbols'"],
    ['/api/v3/ticker/price?symbols=["BTCUSDT","NOPE"]', -1121, 'Invalid symbol.'],
    ['/api/v3/ticker/price?symbols=["BTCUSDT","BTCUSDT"]', -1151, 'multiple times'],
    ['/api/v3/ticker/price?symbol=BTCUSDT&symbols=["BTCUSDT"]', -1128, 'Combination'],
    ['/api/v3/aggTrades?symbol=BTCUSDT&fromId=1&startTime=1', -1128, 'Combination'],
    ['/api/v3/exchangeInfo?symbolStatus=OPEN', -1122, 'Invalid symbolStatus.'],
  ])('refuses %s with %i', (target, code, message) => {
    const { status, body } = openVenue().rest(target);
    expect(status).toBe(400);
    expect(JSON.parse(String(body))).toEqual({ code, msg: expect.stringContaining(message) });
  });

  it('knows no other paths, and none of its own under another method', () => {
    const { rest } = openVenue();
    expect(rest('/api/v3/order').status).toBe(404);
    expect(rest('/').status).toBe(404);
    expect(rest('/api/v3/ping', { method: 'POST' })).toMatchObject({ status: 405 });
  });

  it('adds up request weight by address until the calendar minute ends', async () => {
    const { rest, clock } = openVenue();
    const used = (target: string, address = '127.0.0.1'): string => {
      const { headers } = rest(target, { remoteAddress: address });
      expect(headers['x-mbx-used-weight-1m']).toBe(headers['x-mbx-used-weight']);
      return headers['x-mbx-used-weight'] ?? '';
    };
    expect(used('/api/v3/ping')).toBe('1');
    expect(used('/api/v3/depth?symbol=BTCUSDT&limit=100')).toBe('6');
    expect(used('/api/v3/depth?symbol=BTCUSDT&limit=101')).toBe('31');
    expect(used('/api/v3/depth?symbol=BTCUSDT&limit=1000')).toBe('81');
    expect(used('/api/v3/depth?symbol=BTCUSDT&limit=5000')).toBe('331');
    expect(used('/api/v3/depth?symbol=NOPE')).toBe('332');
    expect(used('/api/v3/ticker/24hr')).toBe('412');
    expect(used('/api/v3/ticker/24hr?symbol=BTCUSDT')).toBe('414');
    expect(used('/api/v3/ticker/price')).toBe('418');
    expect(used('/api/v3/ping', '127.0.0.2')).toBe('1');
    await clock.advance(49_999);
    expect(used('/api/v3/ping')).toBe('419');
    await clock.advance(1);
    expect(used('/api/v3/ping')).toBe('1');
  });
});
