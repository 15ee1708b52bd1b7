import { describe, expect, it } from 'vitest';
import type { RestResponse } from '../../../src/exchange/venue.js';
import { RecordingSink } from '../recording-sink.js';
import { type Json, SOCKET, lastReply, openVenue, send, subscribe } from './deribit-harness.js';

const TOO_MANY = { code: 10028, message: 'too_many_requests' };
const TEST_PATH = '/api/v2/public/test';

function errorOf({ body }: RestResponse): Json {
  return JSON.parse(String(body)).error;
}

describe('Deribit limits', () => {
  it('gives an address a hundred requests at once and twenty a second, over HTTP and sockets together', async () => {
    const { rest, connect, clock } = openVenue({ enforce: true });
    const { session, sink } = connect(SOCKET);
    for (let i = 0; i < 50; i += 1) {
      expect(rest(TEST_PATH).status).toBe(200);
      send(session, 'public/test');
    }
    expect(sink.violations()).toEqual([]);
    const refused = rest(TEST_PATH);
    expect(refused).toMatchObject({ status: 400, close: true, violated: ['request-credits'] });
    expect(errorOf(refused)).toEqual(TOO_MANY);
    expect(rest(TEST_PATH, { remoteAddress: '127.0.0.2' }).status).toBe(200);
    await clock.advance(1000);
    for (let i = 0; i < 20; i += 1) expect(rest(TEST_PATH).status).toBe(200);
    expect(rest(TEST_PATH).status).toBe(400);
  });

  it('ends the session of a socket that has no credits left', async () => {
    const { connect, clock } = openVenue({ enforce: true, rules: { requestPool: 1000 } });
    const { session, sink } = connect(SOCKET);
    for (let i = 0; i < 3; i += 1) send(session, 'public/get_time', {}, i);
    expect(lastReply(sink)).toMatchObject({ id: 2, error: TOO_MANY });
    expect(sink.violations()).toEqual(['request-credits']);
    expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 1008, reason: 'too_many_requests' }]);
    send(session, 'public/get_time');
    expect(sink.replies()).toHaveLength(3);
    await clock.advance(100_000);
    expect(sink.kinds('drop')).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('only counts while limits are observed', () => {
    const { rest, connect } = openVenue({ rules: { requestPool: 1000, channelsPerCall: 2, messageBytes: 200 } });
    const { session, sink } = connect(SOCKET);
    for (let i = 0; i < 4; i += 1) send(session, 'public/get_time', {}, i);
    expect(sink.replies()).toHaveLength(4);
    expect(sink.violations()).toEqual(['request-credits', 'request-credits']);
    expect(rest(TEST_PATH)).toMatchObject({ status: 200, close: false, violated: ['request-credits'] });
    sink.events.length = 0;
    subscribe(session, 'platform_state', 'quote.BTC-PERPETUAL', 'quote.ETH-PERPETUAL');
    expect(lastReply(sink)?.result).toHaveLength(3);
    send(session, 'public/get_time', { padding: 'x'.repeat(200) });
    expect(sink.violations()).toEqual(['channels-per-call', 'message-size', 'request-credits']);
    expect(sink.kinds('close')).toEqual([]);
  });

  it('charges subscribing to a pool of its own: ten calls at once, then one in 0.3 s', async () => {
    const { connect, clock } = openVenue({ enforce: true });
    const subscribed = (sink: RecordingSink): boolean => lastReply(sink).error === undefined;
    const first = connect(SOCKET);
    for (let i = 0; i < 10; i += 1) subscribe(first.session, 'platform_state');
    expect(subscribed(first.sink)).toBe(true);
    await clock.advance(299);
    const second = connect(SOCKET);
    send(second.session, 'public/get_time');
    expect(subscribed(second.sink)).toBe(true);
    subscribe(second.session, 'platform_state');
    expect(lastReply(second.sink).error).toEqual(TOO_MANY);
    expect(second.sink.violations()).toEqual(['subscribe-credits']);
    expect(second.sink.kinds('close')).toHaveLength(1);
    const third = connect(SOCKET);
    await clock.advance(1);
    subscribe(third.session, 'platform_state');
    expect(subscribed(third.sink)).toBe(true);
  });

  it('charges lists of instruments to a pool of their own: fifty at once, then one a second', async () => {
    const { rest, clock } = openVenue({ enforce: true });
    const path = '/api/v2/public/get_instruments';
    for (let i = 0; i < 50; i += 1) expect(rest(path).status).toBe(200);
    await clock.advance(999);
    expect(rest(path)).toMatchObject({ status: 400, violated: ['instruments-credits'] });
    expect(rest(TEST_PATH).status).toBe(200);
    await clock.advance(1);
    expect(rest(path).status).toBe(200);
  });

  it('refuses a call with more than 500 channels, and only that call', () => {
    const { connect } = openVenue({ enforce: true });
    const { session, sink } = connect(SOCKET);
    const channels = Array.from({ length: 501 }, (_, i) => (i === 0 ? 'platform_state' : `quote.X${i}`));
    subscribe(session, ...channels);
    expect(lastReply(sink).error).toMatchObject({ code: -32602, data: { param: 'channels' } });
    expect(sink.violations()).toEqual(['channels-per-call']);
    expect(sink.kinds('subscribed')).toEqual([]);
    subscribe(session, ...channels.slice(0, 500));
    expect(lastReply(sink).result).toEqual(['platform_state']);
    expect(sink.kinds('close')).toEqual([]);
  });

  it('closes with 1009 on a message of more than 32,768 bytes', () => {
    const { connect } = openVenue({ enforce: true });
    const { session, sink } = connect(SOCKET);
    const message = (bytes: number): string => {
      const frame = '{"method":"public/get_time","x":""}';
      // Two bytes a letter, so that bytes and characters differ.
      return frame.replace(
        '""',
        `"${'é'.repeat((bytes - frame.length) / 2)}${'x'.repeat((bytes - frame.length) % 2)}"`,
      );
    };
    session.receive(message(32_768));
    expect(sink.violations()).toEqual([]);
    expect(lastReply(sink).result).toBeDefined();
    session.receive(message(32_769));
    expect(sink.violations()).toEqual(['message-size']);
    expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 1009, reason: 'message too big' }]);
    expect(sink.replies()).toHaveLength(1);
  });

  it('refuses the 33rd connection of an address with HTTP 429, be it a request or a socket', () => {
    const { rest, venue } = openVenue({ enforce: true });
    expect(rest(TEST_PATH, { connectionsOfAddress: 32 })).toMatchObject({ status: 200, close: false });
    const refused = rest(TEST_PATH, { connectionsOfAddress: 33 });
    expect(refused).toMatchObject({ status: 429, close: true, violated: ['connections-per-address'] });
    expect(errorOf(refused)).toEqual(TOO_MANY);
    const sink = new RecordingSink();
    const upgrade = { path: SOCKET, headers: {}, remoteAddress: 'a', connectionsOfAddress: 33, connectionAgeMs: 0 };
    expect(venue.open(upgrade, sink)).toMatchObject({
      refuse: { status: 429, violated: ['connections-per-address'] },
    });
    expect(sink.events).toEqual([]);
    expect(venue.open({ ...upgrade, connectionsOfAddress: 32 }, sink)).not.toHaveProperty('refuse');
    venue.close();
  });

  it('goes on serving the connections that were there before the 33rd', async () => {
    const { rest, clock } = openVenue({ enforce: true });
    expect(rest(TEST_PATH, { connectionsOfAddress: 32 }).status).toBe(200);
    await clock.advance(1000);
    expect(rest(TEST_PATH, { connectionsOfAddress: 33, connectionAgeMs: 1001 })).toMatchObject({
      status: 200,
      violated: [],
    });
    expect(rest(TEST_PATH, { connectionsOfAddress: 33, connectionAgeMs: 999 }).status).toBe(429);
    expect(rest(TEST_PATH, { connectionsOfAddress: 33, remoteAddress: 'b', connectionAgeMs: 9999 }).status).toBe(429);
  });

  it('counts each connection too many once, while limits are observed', () => {
    const { rest, venue } = openVenue();
    const violations = (connectionsOfAddress: number, remoteAddress = 'a'): number => {
      const { status, violated } = rest(TEST_PATH, { connectionsOfAddress, remoteAddress });
      expect(status).toBe(200);
      return violated?.length ?? 0;
    };
    expect([33, 33, 35, 34, 35, 32, 33].map((open) => violations(open))).toEqual([1, 0, 2, 0, 1, 0, 1]);
    expect(violations(33, 'b')).toBe(1);
    const sink = new RecordingSink();
    const upgrade = { path: SOCKET, headers: {}, remoteAddress: 'c', connectionsOfAddress: 33, connectionAgeMs: 0 };
    expect(venue.open(upgrade, sink)).not.toHaveProperty('refuse');
    expect(sink.violations()).toEqual(['connections-per-address']);
    venue.close();
  });

  it('scales every time of its rules, the interval that a client asks for included', async () => {
    const { connect, clock } = openVenue({ rules: { heartbeatMs: 100, heartbeatAnswerMs: 50, idleMs: 600 } });
    const [beating, idle] = [connect(SOCKET), connect(SOCKET)];
    send(beating.session, 'public/set_heartbeat', { interval: 20 });
    await clock.advance(289);
    expect(beating.sink.replies()).toHaveLength(3);
    expect(beating.sink.kinds('close')).toEqual([]);
    await clock.advance(1);
    expect(beating.sink.kinds('close')).toHaveLength(1);
    await clock.advance(309);
    expect(idle.sink.kinds('drop')).toEqual([]);
    await clock.advance(1);
    expect(idle.sink.kinds('drop')).toHaveLength(1);
  });
});
