import { describe, expect, it } from 'vitest';
import { EPOCH_MS, type Json, openUsdm } from './binance-harness.js';

const EIGHT_HOURS = 8 * 3_600_000;

describe('Binance USD-M REST', () => {
  it('answers ping and time', () => {
    const { rest, get } = openUsdm();
    expect(rest('/fapi/v1/ping')).toMatchObject({ status: 200, body: '{}' });
    expect(get('/fapi/v1/time')).toEqual({ serverTime: EPOCH_MS });
  });

  it('lists perpetual contracts with the members and filters that clients read', () => {
    const { get, venue } = openUsdm();
    const info = get('/fapi/v1/exchangeInfo');
    expect(info.symbols.map(({ symbol }: Json) => symbol)).toEqual(venue.symbols);
    expect(info.rateLimits[0]).toEqual({
      rateLimitType: 'REQUEST_WEIGHT',
      interval: 'MINUTE',
      intervalNum: 1,
      limit: 2400,
    });
    const [btc] = info.symbols;
    expect(btc).toMatchObject({
      symbol: 'BTCUSDT',
      contractType: 'PERPETUAL',
      status: 'TRADING',
      marginAsset: 'USDT',
      pricePrecision: 2,
      quantityPrecision: 5,
    });
    expect(btc.filters.map(({ filterType }: Json) => filterType)).toContain('MIN_NOTIONAL');
    expect(btc.filters[0]).toMatchObject({ filterType: 'PRICE_FILTER', tickSize: '0.01' });
  });

  it('shows the contract’s book, not the spot market’s, with the times of answer and change', async () => {
    const { get, market, clock } = openUsdm();
    await clock.advance(1234);
    const { lastUpdateId, E, T, bids, asks } = get('/fapi/v1/depth?symbol=BTCUSDT&limit=1000');
    const { book } = market.perpetuals[0]!;
    const change = book.changeAt(1234);
    expect(lastUpdateId).toBe(book.updateId(change));
    const ticks = (levels: [string, string][]) => levels.map(([p, q]) => [Math.round(+p * 100), Math.round(+q * 1e5)]);
    expect(ticks(bids)).toEqual(book.levels(change).bids);
    expect(ticks(asks)).toEqual(book.levels(change).asks);
    expect(E).toBe(EPOCH_MS + 1234);
    expect(E - T).toBeGreaterThanOrEqual(0);
    expect(E - T).toBeLessThan(60);
    expect(bids[0][0]).toMatch(/^\d+\.\d{2}$/);
    expect(get('/fapi/v1/depth?symbol=BTCUSDT').bids).toHaveLength(500);
  });

  it('gives trades and aggregates without the members that only spot has', () => {
    const { get } = openUsdm();
    const trades = get('/fapi/v1/trades?symbol=BTCUSDT&limit=20');
    expect(Object.keys(trades[0])).toEqual(['id', 'price', 'qty', 'quoteQty', 'time', 'isBuyerMaker']);
    expect(get(`/fapi/v1/historicalTrades?symbol=BTCUSDT&fromId=${trades[0].id}&limit=20`)).toEqual(trades);
    const [order] = get('/fapi/v1/aggTrades?symbol=BTCUSDT&limit=1');
    expect(Object.keys(order)).toEqual(['a', 'p', 'q', 'f', 'l', 'T', 'm']);
  });

  it('gives up to 1,500 klines, none of seconds', () => {
    const { get } = openUsdm();
    const bars = get('/fapi/v1/klines?symbol=BTCUSDT&interval=5m&limit=2000');
    expect(bars).toHaveLength(1500);
    for (const [i, bar] of bars.entries()) if (i > 0) expect(bar[0]).toBe(bars[i - 1][6] + 1);
    expect(get('/fapi/v1/klines?symbol=BTCUSDT&interval=1s').code).toBe(-1120);
  });

  it('marks the contract near its book, and says when funding is paid next', () => {
    const { get, market } = openUsdm();
    const [btc] = get('/fapi/v1/premiumIndex');
    expect(get('/fapi/v1/premiumIndex?symbol=BTCUSDT')).toEqual(btc);
    const { contract } = market.perpetuals[0]!;
    expect(Number(btc.markPrice)).toBeCloseTo(contract.markTicks(0) / 100, 7);
    expect(Number(btc.indexPrice)).toBeCloseTo(contract.indexTicks(0) / 100, 7);
    expect(btc.nextFundingTime % EIGHT_HOURS).toBe(0);
    expect(btc.nextFundingTime - EPOCH_MS).toBeGreaterThan(0);
    expect(btc.nextFundingTime - EPOCH_MS).toBeLessThanOrEqual(EIGHT_HOURS);
    expect(get('/fapi/v1/premiumIndex')).toHaveLength(4);
  });

  it('pays at each settlement the rate that was announced before it', async () => {
    const { get, clock, venue } = openUsdm();
    const announced = get('/fapi/v1/premiumIndex?symbol=BTCUSDT');
    await clock.advance(announced.nextFundingTime - EPOCH_MS);
    const history = get('/fapi/v1/fundingRate?symbol=BTCUSDT&limit=3');
    expect(history).toHaveLength(3);
    expect(history[2]).toMatchObject({
      symbol: 'BTCUSDT',
      fundingTime: announced.nextFundingTime,
      fundingRate: announced.lastFundingRate,
    });
    const [first] = history;
    const since = `/fapi/v1/fundingRate?symbol=BTCUSDT&startTime=${first.fundingTime}`;
    expect(get(since)).toEqual(history);
    expect(get(`${since}&endTime=${first.fundingTime}`)).toEqual([first]);
    const everyone = get('/fapi/v1/fundingRate?limit=8').map(({ symbol }: Json) => symbol);
    expect(everyone).toEqual([...venue.symbols, ...venue.symbols]);
    expect(get('/fapi/v1/fundingInfo')).toEqual([]);
  });

  it('reports open interest and ratios of longs to shorts by period', () => {
    const { get, market } = openUsdm();
    const { contract } = market.perpetuals[0]!;
    expect(get('/fapi/v1/openInterest?symbol=BTCUSDT')).toEqual({
      symbol: 'BTCUSDT',
      openInterest: (contract.openInterestLots(0) / 1e5).toFixed(5),
      time: EPOCH_MS,
    });
    const paths = ['topLongShortPositionRatio', 'topLongShortAccountRatio', 'globalLongShortAccountRatio'];
    const newest = paths.map((path) => {
      const rows = get(`/futures/data/${path}?symbol=BTCUSDT&period=5m&limit=4`);
      expect(rows.map(({ timestamp }: Json) => EPOCH_MS - timestamp)).toEqual(
        [3, 2, 1, 0].map((n) => n * 300_000 + (EPOCH_MS % 300_000)),
      );
      for (const { longAccount, shortAccount, longShortRatio } of rows) {
        expect(Number(longAccount) + Number(shortAccount)).toBeCloseTo(1, 3);
        expect(Number(longAccount) / Number(shortAccount)).toBeCloseTo(Number(longShortRatio), 2);
      }
      return rows.at(-1).longAccount;
    });
    expect(new Set(newest).size).toBe(3);
    const [hour] = get('/futures/data/openInterestHist?symbol=BTCUSDT&period=1h&limit=1');
    expect(hour.timestamp % 3_600_000).toBe(0);
    expect(Number(hour.sumOpenInterestValue) / Number(hour.sumOpenInterest)).toBeGreaterThan(60_000);
    const [taker] = get('/futures/data/takerlongshortRatio?symbol=BTCUSDT&period=5m&limit=1');
    expect(Number(taker.buyVol) / Number(taker.sellVol)).toBeCloseTo(Number(taker.buySellRatio), 2);
  });

  it('selects figures by time, no further back than thirty days', () => {
    const { get } = openUsdm();
    const path = '/futures/data/globalLongShortAccountRatio?symbol=BTCUSDT&period=1d&limit=500';
    expect(get(path)).toHaveLength(30);
    const day = Math.floor(EPOCH_MS / 86_400_000) * 86_400_000;
    const times = get(`${path}&startTime=${day - 3 * 86_400_000}&endTime=${day - 1}`).map(({ timestamp }: Json) =>
      Number(timestamp),
    );
    expect(times).toEqual([3, 2, 1].map((n) => day - n * 86_400_000));
  });

  it('quotes day, last price and touch', () => {
    const { get } = openUsdm();
    const day = get('/fapi/v1/ticker/24hr?symbol=BTCUSDT');
    expect(day.count).toBe(day.lastId - day.firstId + 1);
    expect(day).not.toHaveProperty('bidPrice');
    const [trade] = get('/fapi/v1/trades?symbol=BTCUSDT&limit=1');
    expect(get('/fapi/v1/ticker/price?symbol=BTCUSDT')).toMatchObject({ symbol: 'BTCUSDT', price: trade.price });
    const { bids, asks, lastUpdateId } = get('/fapi/v1/depth?symbol=BTCUSDT&limit=5');
    const quote = get('/fapi/v1/ticker/bookTicker?symbol=BTCUSDT');
    expect([quote.bidPrice, quote.bidQty, quote.askPrice, quote.askQty]).toEqual([...bids[0], ...asks[0]]);
    expect(quote.lastUpdateId).toBe(lastUpdateId);
    expect(get('/fapi/v1/ticker/price')).toHaveLength(4);
  });

  it.each([
    ['/fapi/v1/depth?symbol=BTCUSDT&limit=7', -4021],
    ['/fapi/v1/depth', -1102],
    ['/fapi/v1/openInterest?symbol=NOPE', -1121],
    ['/futures/data/topLongShortAccountRatio?symbol=BTCUSDT', -1102],
    ['/futures/data/topLongShortAccountRatio?symbol=BTCUSDT&period=3m', -1130],
    ['/futures/data/topLongShortAccountRatio?symbol=BTCUSDT&period=constructor', -1130],
  ])('refuses %s with %i', (target, code) => {
    const { rest } = openUsdm();
    const { status, body } = rest(target);
    expect(status).toBe(400);
    expect(JSON.parse(String(body)).code).toBe(code);
  });

  it.each([
    ['/fapi/v1/ping', 1],
    ['/fapi/v1/depth?symbol=BTCUSDT&limit=50', 2],
    ['/fapi/v1/depth?symbol=BTCUSDT&limit=100', 5],
    ['/fapi/v1/depth?symbol=BTCUSDT', 10],
    ['/fapi/v1/depth?symbol=BTCUSDT&limit=1000', 20],
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=99', 1],
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=499', 2],
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=1m', 5],
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=1500', 10],
    ['/fapi/v1/premiumIndex', 10],
    ['/fapi/v1/ticker/24hr', 40],
    ['/fapi/v1/ticker/bookTicker', 5],
    ['/fapi/v2/ticker/price?symbol=BTCUSDT', 1],
    ['/futures/data/openInterestHist?symbol=BTCUSDT&period=5m', 0],
  ])('charges %s with %i', (target, weight) => {
    const { headers } = openUsdm().rest(target);
    expect(headers['x-mbx-used-weight-1m']).toBe(String(weight));
    expect(headers).not.toHaveProperty('x-mbx-used-weight');
  });

  it('limits requests for figures and for funding by their number, each for itself', () => {
    const rules = { dataRequestsPerWindow: 2, fundingRequestsPerWindow: 1 };
    const data = '/futures/data/openInterestHist?symbol=BTCUSDT&period=5m';
    const funding = '/fapi/v1/fundingRate?symbol=BTCUSDT';
    const { rest } = openUsdm({ rules, enforce: true });
    expect([data, data, funding].map((target) => rest(target).status)).toEqual([200, 200, 200]);
    expect(rest(data)).toMatchObject({ status: 429, violated: ['data-requests'] });
    expect(rest(funding)).toMatchObject({ status: 429, violated: ['funding-requests'] });
    expect(rest('/fapi/v1/ping').status).toBe(200);
    const observed = openUsdm({ rules });
    observed.rest(funding);
    expect(observed.rest(funding)).toMatchObject({ status: 200, violated: ['funding-requests'] });
  });
});
