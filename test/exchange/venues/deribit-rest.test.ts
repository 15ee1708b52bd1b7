import { describe, expect, it } from 'vitest';
import { EPOCH_MS, type Json, openVenue } from './deribit-harness.js';

const HOUR_MS = 3_600_000;

describe('Deribit over HTTP', () => {
  it('puts every answer into an envelope with its times in microseconds', () => {
    const { rest } = openVenue();
    const { status, headers, body } = rest('/api/v2/public/get_time');
    expect({ status, headers }).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    });
    expect(JSON.parse(String(body))).toEqual({
      jsonrpc: '2.0',
      result: EPOCH_MS,
      usIn: EPOCH_MS * 1000,
      usOut: EPOCH_MS * 1000,
      usDiff: 0,
      testnet: false,
    });
  });

  it('takes the same call as a query, as a body, and as a body that leaves the method to the path', () => {
    const { rest, call } = openVenue();
    const message = { jsonrpc: '2.0', id: 'a1', method: 'public/ticker', params: { instrument_name: 'ETH-PERPETUAL' } };
    const post = (path: string, body: unknown): Json =>
      JSON.parse(String(rest(path, { method: 'POST', body: JSON.stringify(body) }).body));
    const { result } = call('ticker', 'instrument_name=ETH-PERPETUAL');
    expect(result.instrument_name).toBe('ETH-PERPETUAL');
    expect(post('/api/v2', message)).toMatchObject({ id: 'a1', result });
    expect(post('/api/v2/public/ticker', message)).toMatchObject({ id: 'a1', result });
    expect(post('/api/v2/public/ticker', { params: message.params, id: 7 })).toMatchObject({ id: 7, result });
  });

  it('answers test, hello, status and the names of its indices', () => {
    const { result } = openVenue();
    expect(result('test')).toEqual({ version: '1.2.26' });
    expect(result('hello', 'client_name=me&client_version=1')).toEqual({ version: '1.2.26' });
    expect(result('status')).toEqual({ locked: 'false', locked_indices: [] });
    expect(new Set(result('get_index_price_names'))).toEqual(
      new Set(['btc_usd', 'btc_usdc', 'eth_usd', 'eth_usdc', 'sol_usdc', 'xrp_usdc']),
    );
  });

  it('lists inverse and linear perpetuals and spot pairs, by currency and kind', () => {
    const { result, venue } = openVenue({ symbols: 12 });
    const names = (query: string): string[] =>
      result('get_instruments', query).map((instrument: Json) => instrument.instrument_name);
    expect(names('currency=any')).toEqual(venue.symbols);
    expect(names('')).toEqual(venue.symbols);
    expect(names('currency=BTC')).toEqual(['BTC-PERPETUAL', 'BTC_USDC']);
    expect(names('currency=BTC&kind=future')).toEqual(['BTC-PERPETUAL']);
    expect(names('currency=USDC&kind=future')).toHaveLength(10);
    expect(names('kind=spot')).toHaveLength(8);
    expect(names('currency=BTC&kind=option')).toEqual([]);
    expect(names('currency=BTC&expired=true')).toEqual([]);
    const btc = result('get_instrument', 'instrument_name=BTC-PERPETUAL');
    expect(btc).toMatchObject({
      kind: 'future',
      instrument_type: 'reversed',
      future_type: 'reversed',
      settlement_period: 'perpetual',
      base_currency: 'BTC',
      quote_currency: 'USD',
      counter_currency: 'USD',
      settlement_currency: 'BTC',
      price_index: 'btc_usd',
      tick_size: 0.01,
      min_trade_amount: 10,
      contract_size: 10,
      is_active: true,
      state: 'open',
    });
    const sol = result('get_instrument', 'instrument_name=SOL_USDC-PERPETUAL');
    expect(sol).toMatchObject({ instrument_type: 'linear', settlement_currency: 'USDC', price_index: 'sol_usdc' });
    const spot = result('get_instrument', 'instrument_name=BTC_USDC');
    expect(spot).toMatchObject({ kind: 'spot', quote_currency: 'USDC' });
    expect(spot).not.toHaveProperty('settlement_period');
    expect(new Set(result('get_instruments').map((instrument: Json) => instrument.instrument_id)).size).toBe(20);
    expect(result('get_currencies').map((currency: Json) => currency.currency)).toContain('USDC');
  });

  it('shows the book of the market in numbers, the best levels first, with the ticker around it', () => {
    const { result, market } = openVenue();
    const full = result('get_order_book', 'instrument_name=BTC-PERPETUAL&depth=10000');
    const { book } = market.perpetuals[0]!;
    const change = book.changeAt(0);
    const { bids, asks } = book.levels(change);
    expect(full.change_id).toBe(book.updateId(change));
    expect(full.bids).toEqual(bids.map(([ticks, lots]) => [ticks / 100, lots * 10]));
    expect(full.asks).toEqual(asks.map(([ticks, lots]) => [ticks / 100, lots * 10]));
    expect([full.best_bid_price, full.best_bid_amount]).toEqual(full.bids[0]);
    expect([full.best_ask_price, full.best_ask_amount]).toEqual(full.asks[0]);
    expect(full).toMatchObject(result('ticker', 'instrument_name=BTC-PERPETUAL'));
    expect(result('get_order_book', 'instrument_name=BTC-PERPETUAL').bids).toHaveLength(5);
    expect(result('get_order_book', 'instrument_name=BTC-PERPETUAL&depth=50').asks).toEqual(full.asks.slice(0, 50));
    const linear = result('get_order_book', 'instrument_name=SOL_USDC-PERPETUAL&depth=1');
    const { spec, book: solBook } = market.perpetuals[2]!;
    const touch = solBook.touch(solBook.changeAt(0));
    expect(linear.bids).toEqual([[touch.bidTicks / 10 ** spec.priceDecimals, touch.bidLots / 10 ** spec.lotDecimals]]);
  });

  it('keeps the numbers of a ticker consistent, with funding for contracts alone', () => {
    const { result } = openVenue();
    const ticker = result('ticker', 'instrument_name=BTC-PERPETUAL');
    expect(ticker).toMatchObject({ instrument_name: 'BTC-PERPETUAL', state: 'open', timestamp: EPOCH_MS });
    expect(ticker.best_ask_price).toBeCloseTo(ticker.best_bid_price + 0.01, 8);
    expect(ticker.min_price).toBeLessThan(ticker.mark_price);
    expect(ticker.max_price).toBeGreaterThan(ticker.mark_price);
    expect(Math.abs(ticker.mark_price / ticker.index_price - 1)).toBeLessThan(0.001);
    expect(Math.abs(ticker.funding_8h)).toBeLessThan(0.001);
    const { low, high, volume, volume_usd } = ticker.stats;
    expect(ticker.last_price).toBeGreaterThanOrEqual(low);
    expect(ticker.last_price).toBeLessThanOrEqual(high);
    expect(volume_usd / volume).toBeGreaterThan(low);
    expect(volume_usd / volume).toBeLessThan(high);
    expect(ticker.open_interest % 10).toBe(0);
    const spot = result('ticker', 'instrument_name=BTC_USDC');
    expect(spot).not.toHaveProperty('funding_8h');
    expect(Math.abs(spot.last_price / ticker.last_price - 1)).toBeLessThan(0.01);
    expect(result('get_index_price', 'index_name=btc_usd')).toEqual({
      index_price: ticker.index_price,
      estimated_delivery_price: ticker.index_price,
    });
  });

  it('summarises books by currency, anew every two seconds', async () => {
    const { result, clock } = openVenue();
    const [btc, ...more] = result('get_book_summary_by_currency', 'currency=BTC&kind=future');
    expect(more).toEqual([]);
    expect(btc.mid_price).toBeCloseTo((btc.bid_price + btc.ask_price) / 2, 3);
    expect(btc).toMatchObject({ instrument_name: 'BTC-PERPETUAL', base_currency: 'BTC', creation_timestamp: EPOCH_MS });
    expect(btc).toHaveProperty('funding_8h');
    expect(result('get_book_summary_by_instrument', 'instrument_name=BTC-PERPETUAL')).toEqual([btc]);
    await clock.advance(1999);
    expect(result('get_book_summary_by_currency', 'currency=BTC&kind=future')).toEqual([btc]);
    await clock.advance(1);
    expect(result('get_book_summary_by_currency', 'currency=BTC&kind=future')).not.toEqual([btc]);
    expect(result('get_book_summary_by_currency', 'currency=BTC')[1]).not.toHaveProperty('open_interest');
  });

  it('gives the newest trades first, and pages through them by sequence and by time', () => {
    const { result, market } = openVenue();
    const { tape } = market.perpetuals[0]!;
    const last = (query: string): Json =>
      result('get_last_trades_by_instrument', `instrument_name=BTC-PERPETUAL&${query}`);
    const newest = last('count=50&include_old=true');
    expect(newest.has_more).toBe(true);
    expect(newest.trades.map((trade: Json) => trade.trade_seq)).toEqual(
      Array.from({ length: 50 }, (_, i) => tape.nextTradeId(0) - 1 - i),
    );
    expect(last('').trades).toHaveLength(10);
    const [from, to] = [newest.trades[30].trade_seq, newest.trades[10].trade_seq];
    const paged = last(`start_seq=${from}&end_seq=${to}&sorting=asc&count=5`);
    expect(paged).toEqual({ trades: newest.trades.slice(26, 31).reverse(), has_more: true });
    expect(last(`start_seq=${from}&end_seq=${to}&count=1000`)).toEqual({
      trades: newest.trades.slice(10, 31),
      has_more: false,
    });
    const window = result(
      'get_last_trades_by_instrument_and_time',
      `instrument_name=BTC-PERPETUAL&start_timestamp=${EPOCH_MS - 2000}&end_timestamp=${EPOCH_MS - 1000}&count=1000`,
    );
    expect(window.trades.length).toBeGreaterThan(10);
    for (const { timestamp } of window.trades)
      expect(timestamp >= EPOCH_MS - 2000 && timestamp <= EPOCH_MS - 1000).toBe(true);
    expect(last(`start_seq=${tape.nextTradeId(0) + 5}`)).toEqual({ trades: [], has_more: false });
    const [old] = last('sorting=asc&count=1').trades;
    expect(EPOCH_MS - old.timestamp).toBeLessThanOrEqual(24 * HOUR_MS);
  });

  it('writes a trade in contracts and in its own amount, with the direction of its tick', () => {
    const { result } = openVenue();
    const { trades } = result('get_last_trades_by_instrument', 'instrument_name=BTC-PERPETUAL&count=200&sorting=asc');
    for (const [i, trade] of trades.entries()) {
      expect(trade.trade_id).toBe(String(trade.trade_seq));
      expect(trade.amount).toBe(trade.contracts * 10);
      const previous = trades[i - 1];
      if (!previous) continue;
      const up = trade.price > previous.price;
      const same = trade.price === previous.price;
      expect(trade.tick_direction).toBe(same ? (trade.direction === 'buy' ? 1 : 3) : up ? 0 : 2);
    }
    const eth = result('get_last_trades_by_instrument', 'instrument_name=ETH-PERPETUAL&count=1').trades[0];
    expect(eth.trade_id).toBe(`ETH-${eth.trade_seq}`);
    const sol = result('get_last_trades_by_instrument', 'instrument_name=SOL_USDC-PERPETUAL&count=1').trades[0];
    expect(sol.trade_id).toBe(`SOL_USDC-${sol.trade_seq}`);
    const spot = result('get_last_trades_by_instrument', 'instrument_name=BTC_USDC&count=1').trades[0];
    expect(spot).not.toHaveProperty('contracts');
  });

  it('draws charts in columns that fit end to end and contain what was traded', async () => {
    const { result, clock } = openVenue();
    await clock.advance(60_000);
    const now = EPOCH_MS + 60_000;
    const chart = (resolution: string, bars: number, lengthMs: number): Json =>
      result(
        'get_tradingview_chart_data',
        `instrument_name=BTC-PERPETUAL&resolution=${resolution}&start_timestamp=${now - (bars - 1) * lengthMs}&end_timestamp=${now}`,
      );
    for (const [resolution, lengthMs] of [
      ['1', 60_000],
      ['15', 900_000],
      ['720', 12 * HOUR_MS],
      ['1D', 24 * HOUR_MS],
    ] as const) {
      const { status, ticks, open, high, low, close, volume, cost } = chart(resolution, 5, lengthMs);
      expect(status).toBe('ok');
      expect(ticks).toEqual(Array.from({ length: 5 }, (_, i) => (Math.floor(now / lengthMs) - 4 + i) * lengthMs));
      for (const column of [open, high, low, close, volume, cost]) expect(column).toHaveLength(5);
    }
    const { ticks, open, close, volume, cost } = chart('1', 2, 60_000);
    const { trades } = result(
      'get_last_trades_by_instrument_and_time',
      `instrument_name=BTC-PERPETUAL&start_timestamp=${ticks[1]}&end_timestamp=${now}&count=1000&sorting=asc`,
    );
    expect(trades.length).toBeGreaterThan(100);
    const usd = trades.reduce((sum: number, trade: Json) => sum + trade.amount, 0);
    const coins = trades.reduce((sum: number, trade: Json) => sum + trade.amount / trade.price, 0);
    expect(cost[1]).toBe(usd);
    expect(volume[1] / coins).toBeCloseTo(1, 5);
    expect([open[1], close[1]]).toEqual([trades[0].price, trades.at(-1).price]);
    const future = `start_timestamp=${now + 600_000}&end_timestamp=${now + 700_000}`;
    expect(result('get_tradingview_chart_data', `instrument_name=BTC-PERPETUAL&resolution=1&${future}`)).toMatchObject({
      status: 'no_data',
      ticks: [],
      open: [],
    });
    const all = `instrument_name=BTC-PERPETUAL&resolution=1&start_timestamp=0&end_timestamp=${now}`;
    expect(result('get_tradingview_chart_data', all).ticks).toHaveLength(5000);
  });

  it('accounts for funding by the hour, its value being the sum of the history', () => {
    const { result } = openVenue();
    const end = Math.floor(EPOCH_MS / HOUR_MS) * HOUR_MS;
    const stretch = `instrument_name=BTC-PERPETUAL&start_timestamp=${end - 24 * HOUR_MS + 1}&end_timestamp=${end}`;
    const history = result('get_funding_rate_history', stretch);
    expect(history.map((row: Json) => row.timestamp)).toEqual(
      Array.from({ length: 24 }, (_, i) => end - (23 - i) * HOUR_MS),
    );
    for (const [i, row] of history.entries()) {
      expect(row.interest_1h).toBeCloseTo(row.interest_8h / 8, 11);
      if (i > 0) expect(row.prev_index_price).toBe(history[i - 1].index_price);
    }
    const sum = history.reduce((total: number, row: Json) => total + row.interest_1h, 0);
    const value = `instrument_name=BTC-PERPETUAL&start_timestamp=${end - 24 * HOUR_MS}&end_timestamp=${end}`;
    expect(result('get_funding_rate_value', value)).toBeCloseTo(sum, 10);
    const unbounded = `instrument_name=BTC-PERPETUAL&start_timestamp=0&end_timestamp=${end}`;
    expect(result('get_funding_rate_history', unbounded)).toHaveLength(744);
    for (const [length, points] of [
      ['8h', 49],
      ['24h', 49],
      ['1m', 721],
    ] as const) {
      const chart = result('get_funding_chart_data', `instrument_name=BTC-PERPETUAL&length=${length}`);
      expect(chart.data).toHaveLength(points);
      expect(chart.current_interest).toBeCloseTo(result('ticker', 'instrument_name=BTC-PERPETUAL').funding_8h, 7);
    }
  });

  it('gives volatility bars that fit end to end, a thousand at most, and says where to go on', () => {
    const { result } = openVenue();
    const get = (fromMs: number, toMs: number, resolution = '60'): Json =>
      result(
        'get_volatility_index_data',
        `currency=BTC&start_timestamp=${fromMs}&end_timestamp=${toMs}&resolution=${resolution}`,
      );
    const { data, continuation } = get(EPOCH_MS - 600_000, EPOCH_MS);
    expect(continuation).toBeNull();
    expect(data).toHaveLength(11);
    for (const [i, [openMs, open, high, low, close]] of data.entries()) {
      expect(openMs % 60_000).toBe(0);
      expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
      expect(low).toBeLessThanOrEqual(Math.min(open, close));
      expect(close).toBeGreaterThan(10);
      if (i > 0) expect(open).toBe(data[i - 1][4]);
    }
    const newest = get(EPOCH_MS - 1500 * 60_000, EPOCH_MS);
    expect(newest.data).toHaveLength(1000);
    const older = get(EPOCH_MS - 1500 * 60_000, newest.continuation);
    expect(older.continuation).toBeNull();
    expect(older.data.at(-1)[0]).toBe(newest.data[0][0] - 60_000);
    expect(older.data).toHaveLength(501);
    for (const resolution of ['1', '3600', '43200', '1D'])
      expect(get(EPOCH_MS - 1000, EPOCH_MS, resolution).data.length).toBeGreaterThan(0);
    expect(get(EPOCH_MS + 600_000, EPOCH_MS + 700_000)).toEqual({ data: [], continuation: null });
  });

  it('shows the same history whenever it is asked for, and another one for another seed', async () => {
    const query = `currency=ETH&start_timestamp=${EPOCH_MS - 600_000}&end_timestamp=${EPOCH_MS - 60_000}&resolution=60`;
    const one = openVenue();
    const before = one.result('get_volatility_index_data', query);
    await one.clock.advance(5000);
    expect(one.result('get_volatility_index_data', query)).toEqual(before);
    expect(openVenue().result('get_volatility_index_data', query)).toEqual(before);
    expect(openVenue({ seed: 'other' }).result('get_volatility_index_data', query)).not.toEqual(before);
  });

  it('hands out a token for any credentials, but not for none', () => {
    const { result, call } = openVenue();
    const token = result('auth', 'grant_type=client_credentials&client_id=a&client_secret=b');
    expect(token).toMatchObject({ token_type: 'bearer', access_token: expect.any(String) });
    expect(result('auth', 'grant_type=refresh_token&refresh_token=x')).toEqual(token);
    expect(call('auth', 'grant_type=client_credentials&client_id=a').error.code).toBe(13004);
    expect(call('auth', 'grant_type=toString&client_id=a').error.code).toBe(-32602);
    expect(call('auth', 'grant_type=client_signature&signature=a').error.code).toBe(-32000);
  });

  it.each([
    ['public/ticker', -32000, { param: 'instrument_name' }],
    ['public/ticker?instrument_name=', -32000, { param: 'instrument_name' }],
    ['public/ticker?instrument_name=NOPE', -32602, { param: 'instrument_name', reason: 'instrument not found' }],
    ['public/ticker?instrument_name=__proto__', -32602, { param: 'instrument_name' }],
    ['public/get_order_book?instrument_name=BTC-PERPETUAL&depth=7', -32602, { param: 'depth' }],
    ['public/get_order_book?instrument_name=BTC-PERPETUAL&depth=x', -32602, { param: 'depth' }],
    ['public/get_instruments?currency=NOPE', -32602, { param: 'currency', reason: 'invalid currency' }],
    ['public/get_instruments?kind=toString', -32602, { param: 'kind' }],
    ['public/get_book_summary_by_currency', -32000, { param: 'currency' }],
    ['public/get_index_price?index_name=nope', -32602, { param: 'index_name' }],
    ['public/get_last_trades_by_instrument?instrument_name=BTC-PERPETUAL&count=0', -32602, { param: 'count' }],
    ['public/get_last_trades_by_instrument?instrument_name=BTC-PERPETUAL&count=1001', -32602, { param: 'count' }],
    ['public/get_last_trades_by_instrument?instrument_name=BTC-PERPETUAL&sorting=up', -32602, { param: 'sorting' }],
    [
      'public/get_last_trades_by_instrument_and_time?instrument_name=BTC-PERPETUAL',
      -32000,
      { param: 'start_timestamp' },
    ],
    [
      'public/get_tradingview_chart_data?instrument_name=BTC-PERPETUAL&start_timestamp=2&end_timestamp=1&resolution=1',
      -32602,
      { param: 'end_timestamp' },
    ],
    [
      'public/get_tradingview_chart_data?instrument_name=BTC-PERPETUAL&start_timestamp=1&end_timestamp=2&resolution=2',
      -32602,
      { param: 'resolution' },
    ],
    [
      'public/get_volatility_index_data?currency=SOL&start_timestamp=1&end_timestamp=2&resolution=60',
      -32602,
      { param: 'currency' },
    ],
    [
      'public/get_volatility_index_data?currency=BTC&start_timestamp=1&end_timestamp=2&resolution=constructor',
      -32602,
      { param: 'resolution' },
    ],
    [
      'public/get_funding_rate_value?instrument_name=BTC_USDC&start_timestamp=1&end_timestamp=2',
      -32602,
      { param: 'instrument_name' },
    ],
    ['public/get_funding_chart_data?instrument_name=BTC-PERPETUAL&length=9h', -32602, { param: 'length' }],
    ['public/hello', -32000, { param: 'client_name' }],
    ['public/nope', -32601, undefined],
    ['public/toString', -32601, undefined],
    ['', -32601, undefined],
    ['private/get_positions', 13009, undefined],
    ['private/subscribe', 13009, undefined],
    ['public/subscribe?channels=a', 10030, undefined],
    ['public/unsubscribe_all', 10030, undefined],
    ['public/set_heartbeat?interval=10', 10030, undefined],
    ['public/disable_heartbeat', 10030, undefined],
  ])('refuses %s with %i', (target, code, data) => {
    const { status, body } = openVenue().rest(`/api/v2/${target}`);
    expect(status).toBe(400);
    const { error, jsonrpc, testnet, usDiff } = JSON.parse(String(body));
    expect({ jsonrpc, testnet, usDiff }).toEqual({ jsonrpc: '2.0', testnet: false, usDiff: 0 });
    expect(error.code).toBe(code);
    if (data) expect(error.data).toMatchObject(data);
    else expect(error).not.toHaveProperty('data');
  });

  it.each(['', 'nope', '[]', 'null', '1', '{"method":5}'])('calls the body %j a bad request', (body) => {
    const answer = openVenue().rest('/api/v2', { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(JSON.parse(String(answer.body)).error).toEqual({ code: 11050, message: 'bad_request' });
  });

  it('knows no other paths and no other methods of HTTP', () => {
    const { rest } = openVenue();
    for (const path of ['/', '/api/v1/public/test', '/api/v22/public/test', '/ws/api/v2'])
      expect(rest(path).status).toBe(404);
    expect(rest('/api/v2/public/test', { method: 'DELETE' }).status).toBe(400);
  });

  it('has words of its own for the failures that it knows, and a page for the others', () => {
    const { venue } = openVenue();
    const errorOf = (status: number): Json => JSON.parse(String(venue.failure(status).body)).error;
    expect(errorOf(429)).toEqual({ code: 10028, message: 'too_many_requests' });
    expect(errorOf(503)).toEqual({ code: 11051, message: 'system_maintenance' });
    expect(errorOf(504)).toEqual({ code: 13888, message: 'timed_out' });
    for (const status of [403, 418, 500, 502]) {
      const { headers, body } = venue.failure(status);
      expect(headers['content-type']).toBe('text/html');
      expect(body).toContain(String(status));
    }
    expect(venue.failure(429).headers).not.toHaveProperty('retry-after');
  });

  it('closes an HTTP connection that is 15 minutes old, whether limits are enforced or not', () => {
    const { rest } = openVenue();
    expect(rest('/api/v2/public/test', { connectionAgeMs: 899_999 }).close).toBe(false);
    expect(rest('/api/v2/public/test', { connectionAgeMs: 900_000 })).toMatchObject({ status: 200, close: true });
  });
});
