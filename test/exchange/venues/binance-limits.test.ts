import { describe, expect, it } from 'vitest';
import { EPOCH_MS, openVenue, refusalOf, send } from './binance-harness.js';

const PING = '/api/v3/ping';

describe('Binance request limits', () => {
  const small = { weightPerWindow: 3, forgivenRefusals: 2 };

  it('are only counted as long as they are not enforced', () => {
    const { rest } = openVenue({ rules: small });
    for (let i = 0; i < 3; i += 1) expect(rest(PING)).toMatchObject({ status: 200 });
    for (let i = 0; i < 5; i += 1) expect(rest(PING)).toMatchObject({ status: 200, violated: ['request-weight'] });
  });

  it('answer 429 with the time until the calendar minute ends', async () => {
    const { rest, clock } = openVenue({ rules: small, enforce: true });
    for (let i = 0; i < 3; i += 1) expect(rest(PING).status).toBe(200);
    const { status, headers, body, violated } = rest(PING);
    expect(status).toBe(429);
    expect(headers).toMatchObject({ 'retry-after': '50', 'x-mbx-used-weight-1m': '4' });
    expect(JSON.parse(String(body))).toEqual({
      code: -1003,
      msg: 'Too much request weight used; current limit is 3 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.',
    });
    expect(violated).toEqual(['request-weight']);
    expect(rest(PING, { remoteAddress: '127.0.0.2' }).status).toBe(200);
    await clock.advance(50_000);
    expect(rest(PING)).toMatchObject({ status: 200, headers: { 'x-mbx-used-weight-1m': '1' } });
  });

  it('ban an address that goes on after 429, each time for twice as long', async () => {
    const { rest, clock } = openVenue({ rules: { ...small, longestBanMs: 300_000 }, enforce: true });
    const provoke = (): string => {
      for (let i = 0; i < 5; i += 1) rest(PING);
      const banned = rest(PING);
      expect(banned.status).toBe(418);
      const until = EPOCH_MS + clock.now() + Number(banned.headers['retry-after']) * 1e3;
      expect(JSON.parse(String(banned.body))).toEqual({
        code: -1003,
        msg: `Way too much request weight used; IP banned until ${until}. Please use WebSocket Streams for live updates to avoid bans.`,
      });
      return banned.headers['retry-after'] ?? '';
    };
    expect(provoke()).toBe('120');
    expect(rest('/api/v3/nope')).toMatchObject({ status: 418, violated: ['banned'] });
    expect(rest(PING, { remoteAddress: '127.0.0.2' }).status).toBe(200);
    await clock.advance(119_999);
    expect(rest(PING)).toMatchObject({ status: 418, headers: { 'retry-after': '1' } });
    await clock.advance(1);
    expect(rest(PING).status).toBe(200);
    await clock.advance(60_000);
    expect(provoke()).toBe('240');
    await clock.advance(300_000);
    expect(provoke()).toBe('300');
  });

  it('count requests whatever they weigh', () => {
    const { rest } = openVenue({ rules: { requestsPerWindow: 2 }, enforce: true });
    rest(PING);
    rest('/api/v3/nope');
    const refused = rest(PING);
    expect(refused).toMatchObject({ status: 429, violated: ['raw-requests'] });
    expect(JSON.parse(String(refused.body)).msg).toBe('Too many requests; current limit is 2 requests per 5 MINUTE.');
  });

  it('are the ones that exchangeInfo tells', () => {
    const { get } = openVenue({ rules: { weightPerWindow: 77, requestsPerWindow: 99 } });
    expect(get('/api/v3/exchangeInfo').rateLimits.map(({ limit }: { limit: number }) => limit)).toEqual([77, 99]);
  });
});

describe('Binance failures', () => {
  it.each([
    [429, -1003, '60'],
    [418, -1003, '120'],
    [503, -1008, undefined],
    [504, -1007, undefined],
  ])('have the venue’s own words for %i', (status, code, retryAfter) => {
    const answer = openVenue().venue.failure(status);
    expect(answer.status).toBe(status);
    expect(answer.headers['retry-after']).toBe(retryAfter);
    expect(JSON.parse(String(answer.body)).code).toBe(code);
  });

  it('come as a web page from the wall in front, and from broken servers', () => {
    for (const status of [403, 500, 502]) {
      const { headers, body } = openVenue().venue.failure(status);
      expect(headers['content-type']).toBe('text/html');
      expect(String(body)).toContain(`<h1>${status}</h1>`);
    }
  });
});

describe('Binance connection limits', () => {
  it('cut a client at its sixth message of a second, pings and pongs included', async () => {
    const { connect, clock } = openVenue({ enforce: true });
    const { session, sink } = connect('/ws/btcusdt@trade');
    for (let i = 0; i < 3; i += 1) send(session, 'LIST_SUBSCRIPTIONS');
    session.pinged('');
    session.pong('');
    expect(sink.violations()).toEqual([]);
    send(session, 'LIST_SUBSCRIPTIONS');
    expect(sink.violations()).toEqual(['messages-per-second']);
    expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 1008, reason: 'Too many requests' }]);
    expect(sink.replies()).toHaveLength(3);
    await clock.advance(1000);
    expect(sink.messages()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('ban an address that was cut again and again, for a time', async () => {
    const { connect, venue, clock } = openVenue({ enforce: true, rules: { messagesPerWindow: 1 } });
    const misbehave = (): void => {
      const { session } = connect('/ws');
      session.pinged('');
      session.pinged('');
    };
    for (let i = 0; i < 3; i += 1) misbehave();
    connect('/ws').session.end();
    misbehave();
    const { status, headers, violated } = refusalOf(venue, '/ws');
    expect({ status, violated }).toEqual({ status: 418, violated: ['banned'] });
    expect(headers['retry-after']).toBe('120');
    expect(connect('/ws', '127.0.0.2').sink.violations()).toEqual([]);
    await clock.advance(120_000);
    expect(connect('/ws').sink.violations()).toEqual([]);
  });

  it('forgive disconnects that lie far enough apart', async () => {
    const { connect, clock } = openVenue({ enforce: true, rules: { messagesPerWindow: 1 } });
    for (let i = 0; i < 8; i += 1) {
      const { session } = connect('/ws');
      session.pinged('');
      session.pinged('');
      await clock.advance(101_000);
    }
    expect(connect('/ws').sink.violations()).toEqual([]);
  });

  it('do not let an address connect too often', async () => {
    const rules = { connectionsPerWindow: 3 };
    const observed = openVenue({ rules });
    for (let i = 0; i < 3; i += 1) expect(observed.connect('/ws').sink.violations()).toEqual([]);
    expect(observed.connect('/ws').sink.violations()).toEqual(['connections-per-window']);
    const { connect, venue, clock } = openVenue({ rules, enforce: true });
    for (let i = 0; i < 3; i += 1) connect('/ws').session.end();
    const { status, headers, body, violated } = refusalOf(venue, '/ws');
    expect({ status, violated, after: headers['retry-after'] }).toEqual({
      status: 429,
      violated: ['connections-per-window'],
      after: '300',
    });
    expect(JSON.parse(String(body))).toEqual({
      code: -1034,
      msg: "Too many connection attempts from IP; current limit is 3 per '5 MINUTE'.",
    });
    connect('/ws', '127.0.0.2').session.end();
    await clock.advance(300_001);
    connect('/ws').session.end();
  });

  it('refuse the streams of a call that would be too many, all of them', () => {
    const { connect } = openVenue({ rules: { streamsPerConnection: 3 }, enforce: true });
    const { session, sink } = connect('/ws/btcusdt@trade');
    send(session, 'SUBSCRIBE', ['ethusdt@trade', 'ethusdt@depth', 'solusdt@trade'], 19);
    send(session, 'SUBSCRIBE', ['btcusdt@trade', 'ethusdt@trade', 'ethusdt@depth'], 20);
    send(session, 'LIST_SUBSCRIPTIONS', undefined, 21);
    expect(sink.violations()).toEqual(['streams-per-connection']);
    expect(sink.replies()).toEqual([
      { error: { code: 4, msg: 'Too many subscriptions' }, id: 19 },
      { result: null, id: 20 },
      { result: ['btcusdt@trade', 'ethusdt@trade', 'ethusdt@depth'], id: 21 },
    ]);
  });

  it('refuse a URL with too many streams', () => {
    const { venue, connect } = openVenue({ rules: { streamsPerConnection: 2 }, enforce: true });
    expect(refusalOf(venue, '/ws/a@trade/b@trade/c@trade')).toMatchObject({
      status: 400,
      violated: ['streams-per-connection'],
    });
    expect(connect('/ws/a@trade/b@trade/a@trade').sink.kinds('subscribed')).toHaveLength(2);
  });

  it('keep ten times the streams at most when they are not enforced', () => {
    const { connect } = openVenue({ rules: { streamsPerConnection: 3 } });
    const { session, sink } = connect('/ws');
    const names = Array.from({ length: 30 }, (_, i) => `s${i}@trade`);
    send(session, 'SUBSCRIBE', names, 1);
    send(session, 'SUBSCRIBE', ['one@more'], 2);
    expect(sink.kinds('subscribed')).toHaveLength(30);
    expect(sink.replies()).toEqual([
      { result: null, id: 1 },
      { error: { code: 4, msg: 'Too many subscriptions' }, id: 2 },
    ]);
  });
});

describe('the life of a Binance connection', () => {
  const rules = { maxAgeMs: 100_000, shutdownNoticeMs: 30_000, pingEveryMs: 1_000_000 };

  it.each([false, true])('ends after a day, and the client is told ahead (enforce: %s)', async (enforce) => {
    const { connect, clock } = openVenue({ rules, enforce });
    const raw = connect('/ws').sink;
    const combined = connect('/stream').sink;
    await clock.advance(69_999);
    expect(raw.events).toEqual([]);
    await clock.advance(1);
    expect(raw.replies()).toEqual([{ e: 'serverShutdown', E: EPOCH_MS + 70_000 }]);
    expect(combined.replies()).toEqual([
      { stream: '!serverShutdown', data: { e: 'serverShutdown', E: EPOCH_MS + 70_000 } },
    ]);
    await clock.advance(29_999);
    expect(raw.kinds('close')).toEqual([]);
    await clock.advance(1);
    expect(raw.kinds('close')).toEqual([{ kind: 'close', code: 1001, reason: '' }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is as published: 24 hours, ten minutes of notice', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/ws');
    const day = 86_400_000;
    for (let at = 0; at < day; at += 20_000) {
      const ping = sink.events.findLast((event) => event.kind === 'ping');
      if (ping?.kind === 'ping') session.pong(ping.payload);
      await clock.advance(20_000);
    }
    expect(sink.replies()).toEqual([{ e: 'serverShutdown', E: EPOCH_MS + day - 600_000 }]);
    expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 1001, reason: '' }]);
  });

  it('gives notice of maintenance whenever it is asked to, but not with a rule of no notice', () => {
    const told = openVenue().connect('/ws');
    told.session.maintenance(5000);
    expect(told.sink.replies()).toHaveLength(1);
    const untold = openVenue({ rules: { shutdownNoticeMs: 0 } }).connect('/ws');
    untold.session.maintenance(5000);
    expect(untold.sink.replies()).toEqual([]);
  });

  it('may be set longer than timers can run', () => {
    const { connect, clock } = openVenue({ rules: { maxAgeMs: 1e13, pingEveryMs: 1e13 } });
    const delays: number[] = [];
    const setTimeout = clock.setTimeout.bind(clock);
    clock.setTimeout = (callback, delayMs) => {
      delays.push(delayMs);
      return setTimeout(callback, delayMs);
    };
    connect('/ws');
    expect(delays).toEqual([2 ** 31 - 1, 2 ** 31 - 1]);
  });
});
