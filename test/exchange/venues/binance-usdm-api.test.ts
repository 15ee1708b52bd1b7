import { describe, expect, it } from 'vitest';
import type { StreamSession } from '../../../src/exchange/venue.js';
import { EPOCH_MS, type Json, openUsdm, refusalOf } from './binance-harness.js';

const PATH = '/ws-fapi/v1';

function call(session: StreamSession, method: unknown, params?: unknown, id: unknown = 'u1'): void {
  session.receive(JSON.stringify({ id, method, ...(params !== undefined && { params }) }));
}

const limit = (count: number, most = 2400): Json => [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: most, count },
];

describe('the Binance USD-M WebSocket API', () => {
  it('answers by id what REST answers, with the weight used', () => {
    const { connect, get } = openUsdm();
    const { session, sink } = connect(PATH);
    call(session, 'ping', undefined, 1);
    call(session, 'depth', { symbol: 'BTCUSDT', limit: 100 }, 'a-b');
    call(session, 'ticker.price', { symbol: 'ETHUSDT' }, null);
    call(session, 'ticker.book', {}, 2);
    call(session, 'time');
    call(session, 'exchangeInfo');
    const replies = sink.replies() as Json[];
    expect(replies.map(({ id, status }) => [id, status])).toEqual([
      [1, 200],
      ['a-b', 200],
      [null, 200],
      [2, 200],
      ['u1', 200],
      ['u1', 200],
    ]);
    // Opening the connection weighs 5.
    expect(replies[0]).toEqual({ id: 1, status: 200, result: {}, rateLimits: limit(6) });
    expect(replies[1].result).toEqual(get('/fapi/v1/depth?symbol=BTCUSDT&limit=100'));
    expect(replies[1].rateLimits).toEqual(limit(11));
    expect(replies[2].result).toEqual(get('/fapi/v1/ticker/price?symbol=ETHUSDT'));
    expect(replies[3].result).toEqual(get('/fapi/v1/ticker/bookTicker'));
    expect(replies[4].result).toEqual({ serverTime: EPOCH_MS });
    expect(replies[5].result.symbols).toHaveLength(4);
  });

  it('shares its account with REST', () => {
    const { connect, rest } = openUsdm();
    const { session, sink } = connect(PATH);
    rest('/fapi/v1/depth?symbol=BTCUSDT&limit=1000');
    call(session, 'ping');
    expect(sink.replies()).toMatchObject([{ rateLimits: limit(26) }]);
    expect(rest('/fapi/v1/ping').headers['x-mbx-used-weight-1m']).toBe('27');
    expect(rest('/fapi/v1/ping', { remoteAddress: '127.0.0.9' }).headers['x-mbx-used-weight-1m']).toBe('1');
  });

  it('leaves the weight out where it is not wanted, and takes no notice of a signature', () => {
    const { connect } = openUsdm();
    const quiet = connect(`${PATH}?returnRateLimits=false`);
    call(quiet.session, 'ping');
    call(quiet.session, 'ping', { returnRateLimits: true });
    call(quiet.session, 'ping', { apiKey: 'k', signature: 's', timestamp: 1, recvWindow: 5000 });
    expect(quiet.sink.replies()).toMatchObject([{ result: {} }, { rateLimits: [{}] }, { result: {} }]);
    expect(quiet.sink.replies()[0]).not.toHaveProperty('rateLimits');
  });

  it.each([
    ['nonsense', null, -1135],
    ['[]', null, -1135],
    ['{"method":"ping"}', null, -1100],
    ['{"id":1.5,"method":"ping"}', null, -1100],
    ['{"id":"x"}', 'x', -1102],
    ['{"id":"x","method":"nope"}', 'x', -1020],
    ['{"id":"x","method":"toString"}', 'x', -1020],
    ['{"id":"x","method":"__proto__"}', 'x', -1020],
    ['{"id":"x","method":"depth","params":[]}', 'x', -1135],
    ['{"id":"x","method":"depth","params":{"symbol":{}}}', 'x', -1135],
    ['{"id":"x","method":"depth"}', 'x', -1102],
    ['{"id":"x","method":"depth","params":{"symbol":"NOPE"}}', 'x', -1121],
    ['{"id":"x","method":"depth","params":{"symbol":"BTCUSDT","limit":7}}', 'x', -4021],
    ['{"id":"x","method":"ping","params":{"__proto__":1}}', 'x', -1101],
  ])('answers %s with 400', (text, id, code) => {
    const { connect } = openUsdm();
    const { session, sink } = connect(PATH);
    session.receive(text);
    expect(sink.replies()).toMatchObject([{ id, status: 400, error: { code }, rateLimits: limit(6) }]);
  });

  it('only counts what is too much as long as that is not enforced', () => {
    const { connect } = openUsdm({ rules: { weightPerWindow: 6 } });
    const { session, sink } = connect(PATH);
    call(session, 'ping');
    call(session, 'ping');
    expect(sink.violations()).toEqual(['request-weight']);
    expect(sink.replies()).toMatchObject([{ status: 200 }, { status: 200, rateLimits: limit(7, 6) }]);
  });

  it('answers 429, then 418 and the end, and refuses the address until the ban is over', async () => {
    const rules = { weightPerWindow: 6, forgivenRefusals: 2 };
    const { connect, clock, venue, rest } = openUsdm({ rules, enforce: true });
    const { session, sink } = connect(PATH);
    for (let i = 0; i < 4; i += 1) call(session, 'ping', undefined, i);
    const replies = sink.replies() as Json[];
    expect(replies.map(({ status }) => status)).toEqual([200, 429, 429, 418]);
    expect(replies[1].error).toMatchObject({
      code: -1003,
      data: { serverTime: EPOCH_MS, retryAfter: EPOCH_MS + 50_000 },
    });
    expect(replies[3].error.data.retryAfter).toBe(EPOCH_MS + 120_000);
    expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 1008, reason: 'IP banned' }]);
    expect(clock.pendingTimers).toBe(0);
    expect(rest('/fapi/v1/ping').status).toBe(418);
    expect(refusalOf(venue, PATH)).toMatchObject({ status: 418, violated: ['banned'] });
    const other = connect(PATH, '127.0.0.2');
    call(other.session, 'ping');
    expect(other.sink.replies()).toMatchObject([{ status: 200 }]);
    await clock.advance(120_000);
    call(connect(PATH).session, 'ping');
  });

  it('answers 418 on connections that were open when their address was banned', () => {
    const { connect, rest } = openUsdm({ rules: { weightPerWindow: 8, forgivenRefusals: 0 }, enforce: true });
    const { session, sink } = connect(PATH);
    for (let i = 0; i < 4; i += 1) rest('/fapi/v1/ping');
    call(session, 'ping');
    expect(sink.replies()).toMatchObject([{ status: 418, error: { code: -1003 } }]);
    expect(sink.violations()).toEqual(['banned']);
  });

  it('charges the opening of a connection, and refuses it when there is no weight left', () => {
    const { connect, venue } = openUsdm({ rules: { weightPerWindow: 9 }, enforce: true });
    connect(PATH);
    expect(refusalOf(venue, PATH)).toMatchObject({ status: 429, violated: ['request-weight'] });
    const observed = openUsdm({ rules: { weightPerWindow: 9 } });
    observed.connect(PATH);
    expect(observed.connect(PATH).sink.violations()).toEqual(['request-weight']);
  });

  it('counts connections and limits pings and pongs like the streams, but not requests', () => {
    const { connect, venue } = openUsdm({ rules: { connectionsPerWindow: 1 }, enforce: true });
    const { session, sink } = connect(PATH);
    for (let i = 0; i < 30; i += 1) call(session, 'ping');
    expect(sink.violations()).toEqual([]);
    for (let i = 0; i < 11; i += 1) session.pinged('');
    expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 1008, reason: 'Too many requests' }]);
    expect(refusalOf(venue, PATH)).toMatchObject({ status: 429, violated: ['connections-per-window'] });
  });

  it('pings, ends after a day, and leaves no timer behind', async () => {
    const { connect, clock, venue } = openUsdm({ rules: { maxAgeMs: 400_000 } });
    const { session, sink } = connect(PATH);
    await clock.advance(180_000);
    const [ping] = sink.kinds('ping');
    session.pong(ping?.kind === 'ping' ? ping.payload : '');
    session.maintenance(1);
    await clock.advance(220_000);
    expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 1001, reason: '' }]);
    connect(PATH);
    expect(clock.pendingTimers).toBe(2);
    venue.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
