import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceRanges } from '../../../src/base/index.js';
import type { RecordingSink } from '../recording-sink.js';
import { type Json, SOCKET, dataOf, lastReply, openVenue, send, subscribe } from './deribit-harness.js';

const TEST_REQUEST = { jsonrpc: '2.0', method: 'heartbeat', params: { type: 'test_request' } };
const BEAT = { jsonrpc: '2.0', method: 'heartbeat', params: { type: 'heartbeat' } };

describe('Deribit session', () => {
  it('tells the ledger of a subscription, acknowledges it, and only then sends anything', async () => {
    const { connect } = openVenue();
    const { session, sink } = connect(SOCKET);
    subscribe(session, 'trades.BTC-PERPETUAL.100ms', 'nope', 'book.BTC-PERPETUAL.100ms');
    expect(sink.events.map((event) => event.kind)).toEqual(['subscribed', 'subscribed', 'reply', 'publish']);
    const channels = ['trades.BTC-PERPETUAL.100ms', 'book.BTC-PERPETUAL.100ms'];
    expect(sink.events[2]).toMatchObject({ acknowledges: channels });
    expect(lastReply(sink)).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: channels,
      usIn: expect.any(Number),
      usOut: expect.any(Number),
      usDiff: 0,
      testnet: false,
    });
  });

  it('answers every method that HTTP has, with the id of the request', () => {
    const { connect, result } = openVenue();
    const { session, sink } = connect(SOCKET);
    send(session, 'public/ticker', { instrument_name: 'BTC-PERPETUAL' }, 'x');
    expect(lastReply(sink)).toMatchObject({ id: 'x', result: result('ticker', 'instrument_name=BTC-PERPETUAL') });
    send(session, 'public/get_time', {}, null);
    expect(lastReply(sink).id).toBeNull();
    session.receive('{"jsonrpc":"2.0","method":"public/test"}');
    expect(lastReply(sink)).not.toHaveProperty('id');
    send(session, 'public/nope', {}, 9);
    expect(lastReply(sink)).toMatchObject({ id: 9, error: { code: -32601, message: 'Method not found' } });
    send(session, 'public/get_order_book', { instrument_name: 'BTC-PERPETUAL', depth: 5 }, 4);
    expect(lastReply(sink).result.bids).toHaveLength(5);
  });

  it('unsubscribes from some or from all, and sends nothing afterwards', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(SOCKET);
    const channels = ['trades.BTC-PERPETUAL.100ms', 'ticker.BTC-PERPETUAL.100ms', 'book.ETH-PERPETUAL.100ms'];
    subscribe(session, ...channels);
    await clock.advance(500);
    send(session, 'public/unsubscribe', { channels: [channels[0], 'nope', channels[0]] });
    expect(lastReply(sink).result).toEqual([channels[0]]);
    const last = sink.messages(channels[0]).at(-1)!.lastId;
    expect(sink.kinds('unsubscribed')).toEqual([{ kind: 'unsubscribed', stream: channels[0], nextId: last + 1 }]);
    send(session, 'public/unsubscribe_all');
    expect(lastReply(sink).result).toBe('ok');
    expect(sink.kinds('unsubscribed')).toHaveLength(3);
    const sent = sink.messages().length;
    await clock.advance(1000);
    expect(sink.messages()).toHaveLength(sent);
  });

  it('refuses raw channels, and the call with them, to those who have not authenticated', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(SOCKET);
    subscribe(session, 'ticker.BTC-PERPETUAL.100ms', 'book.BTC-PERPETUAL.raw');
    expect(lastReply(sink).error).toEqual({
      code: 13778,
      message: 'raw_subscriptions_not_available_for_unauthorized',
    });
    expect(sink.kinds('subscribed')).toEqual([]);
    send(session, 'private/subscribe', { channels: ['platform_state'] });
    expect(lastReply(sink).error.code).toBe(13009);
    send(session, 'public/auth', { grant_type: 'client_signature', client_id: 'a', signature: 'b' });
    send(session, 'private/subscribe', { channels: ['book.BTC-PERPETUAL.raw', 'ticker.BTC-PERPETUAL.raw'] });
    expect(lastReply(sink).result).toHaveLength(2);
    await clock.advance(1000);
    expect(sink.messages('book.BTC-PERPETUAL.raw').length).toBeGreaterThan(40);
    expect(sink.messages('ticker.BTC-PERPETUAL.raw').length).toBeGreaterThan(40);
    send(session, 'private/unsubscribe', { channels: ['book.BTC-PERPETUAL.raw'] });
    expect(lastReply(sink).result).toEqual(['book.BTC-PERPETUAL.raw']);
    send(session, 'private/unsubscribe_all');
    expect(lastReply(sink).result).toBe('ok');
  });

  it.each([
    ['not json', 11050],
    ['', 11050],
    ['[]', 11050],
    ['null', 11050],
    ['"public/test"', 11050],
    ['{"method":{}}', 11050],
    ['{}', -32601],
    ['{"method":"toString"}', -32601],
    ['{"method":"__proto__"}', -32601],
    ['{"method":"public/ticker","params":[1]}', -32602],
    ['{"method":"public/ticker","params":"x"}', -32602],
    ['{"method":"public/ticker","params":{"instrument_name":5}}', -32602],
    ['{"method":"public/ticker","params":{"__proto__":{"instrument_name":"BTC-PERPETUAL"}}}', -32000],
    ['{"method":"public/subscribe"}', -32000],
    ['{"method":"public/subscribe","params":{"channels":"ticker"}}', -32602],
    ['{"method":"public/subscribe","params":{"channels":[1]}}', -32602],
    ['{"method":"public/subscribe","params":{"channels":{"length":3}}}', -32602],
    ['{"method":"public/set_heartbeat","params":{}}', -32000],
    ['{"method":"public/set_heartbeat","params":{"interval":9}}', -32602],
    ['{"method":"public/set_heartbeat","params":{"interval":1e12}}', -32602],
    ['{"method":"public/set_heartbeat","params":{"interval":10.5}}', -32602],
  ])('answers %s with error %i', (text, code) => {
    const { connect } = openVenue();
    const { session, sink } = connect(SOCKET);
    session.receive(text);
    expect(sink.replies()).toHaveLength(1);
    expect(lastReply(sink).error.code).toBe(code);
    expect(sink.kinds('subscribed')).toEqual([]);
  });

  it('answers whatever it is sent, once, and keeps no more for it', () => {
    const { connect, clock, venue } = openVenue();
    const { session, sink } = connect(SOCKET);
    const idleTimers = clock.pendingTimers;
    const methods = [
      'public/ticker',
      'public/get_instruments',
      'public/get_volatility_index_data',
      'public/hello',
      'x',
    ];
    const request = fc.record(
      {
        jsonrpc: fc.anything(),
        id: fc.anything(),
        method: fc.oneof(fc.constantFrom(...methods), fc.anything()),
        params: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      request.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, (message) => {
        const before = sink.replies().length;
        session.receive(message);
        const replies = sink.replies();
        expect(replies).toHaveLength(before + 1);
        expect(replies.at(-1)).toMatchObject({ jsonrpc: '2.0', testnet: false });
        sink.events.length = 0;
      }),
      { numRuns: 300 },
    );
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    session.receive(`{"id":${deep},"method":"public/test","params":{"x":${deep}}}`);
    expect(lastReply(sink).result).toEqual({ version: '1.2.26' });
    expect(clock.pendingTimers).toBe(idleTimers);
    venue.close();
  });

  it('keeps ten times the channels of a full call at most, and leaves the others out', () => {
    const { connect } = openVenue({ symbols: 30, rules: { channelsPerCall: 3 } });
    const { session, sink } = connect(SOCKET);
    const { venue } = openVenue({ symbols: 30 });
    const channels = venue.symbols.map((symbol) => `quote.${symbol}`);
    subscribe(session, ...channels);
    expect(lastReply(sink).result).toEqual(channels.slice(0, 30));
    subscribe(session, 'quote.BTC-PERPETUAL', channels[35]!);
    expect(lastReply(sink).result).toEqual(['quote.BTC-PERPETUAL']);
    send(session, 'public/unsubscribe', { channels: [channels[0]] });
    subscribe(session, channels[35]!);
    expect(lastReply(sink).result).toEqual([channels[35]]);
  });

  it.each(['/', '/ws', '/ws/api/v1', '/ws/api/v22', '/api/v2', '/ws/api/v2/x'])('opens no socket at %s', (path) => {
    expect(() => openVenue().connect(path)).toThrow('refused with 404');
  });

  it('opens its socket with a query and a slash behind it as well', () => {
    const { connect } = openVenue();
    for (const path of ['/ws/api/v2', '/ws/api/v2/', '/ws/api/v2?x=1']) expect(connect(path).sink.events).toEqual([]);
  });

  it('announces maintenance to those who follow the state of the platform', async () => {
    const { connect, clock } = openVenue();
    const [one, two] = [connect(SOCKET), connect(SOCKET)];
    subscribe(one.session, 'platform_state');
    await clock.advance(1000);
    one.session.maintenance(1000);
    two.session.maintenance(1000);
    expect(one.sink.messages()).toEqual([]);
    expect(lastReply(one.sink)).toEqual({
      jsonrpc: '2.0',
      method: 'subscription',
      params: { channel: 'platform_state', data: { maintenance: true } },
    });
    expect(two.sink.events).toEqual([]);
  });

  it('beats, and asks for a test, only when told to', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(SOCKET);
    subscribe(session, 'platform_state');
    await clock.advance(120_000);
    expect(sink.replies()).toHaveLength(1);
    send(session, 'public/set_heartbeat', { interval: 10 });
    expect(lastReply(sink).result).toBe('ok');
    const heard = (): unknown[] => sink.replies().slice(2);
    await clock.advance(11_999);
    expect(heard()).toEqual([BEAT]);
    await clock.advance(1);
    expect(heard()).toEqual([BEAT, TEST_REQUEST]);
    send(session, 'public/test');
    await clock.advance(10_599);
    expect(heard().filter((reply) => (reply as Json).method)).toEqual([BEAT, TEST_REQUEST, BEAT]);
    await clock.advance(1);
    expect(heard().at(-1)).toEqual(TEST_REQUEST);
    send(session, 'public/disable_heartbeat');
    const count = sink.replies().length;
    await clock.advance(60_000);
    expect(sink.replies()).toHaveLength(count);
    expect(sink.kinds('close')).toEqual([]);
  });

  it('goes on as long as every test request is answered', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(SOCKET);
    send(session, 'public/set_heartbeat', { interval: 10 });
    let answered = 0;
    for (let i = 0; i < 200; i += 1) {
      await clock.advance(1000);
      const requests = sink.replies().filter((reply) => (reply as Json).params?.type === 'test_request').length;
      for (; answered < requests; answered += 1) send(session, 'public/test');
    }
    expect(answered).toBe(18);
    expect(sink.kinds('close')).toEqual([]);
  });

  it.each([
    [10, 12_000],
    [20, 24_000],
  ])(
    'closes with 4000 ten seconds after a test request that no test answers, at interval %i',
    async (interval, askedMs) => {
      const { connect, clock } = openVenue();
      const { session, sink } = connect(SOCKET);
      send(session, 'public/set_heartbeat', { interval });
      await clock.advance(askedMs + 9_999);
      send(session, 'public/get_time');
      expect(sink.kinds('close')).toEqual([]);
      await clock.advance(1);
      expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 4000, reason: 'heartbeat close' }]);
      const count = sink.events.length;
      await clock.advance(100_000);
      expect(sink.events).toHaveLength(count);
    },
  );

  it('takes a second set_heartbeat in place of the first', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(SOCKET);
    send(session, 'public/set_heartbeat', { interval: 10 });
    send(session, 'public/set_heartbeat', { interval: 30 });
    await clock.advance(29_999);
    expect(sink.replies()).toHaveLength(2);
    await clock.advance(1);
    expect(lastReply(sink)).toEqual(BEAT);
  });

  it('drops a socket that is silent and unsubscribed for 60.5 s, without a close frame', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(SOCKET);
    await clock.advance(60_499);
    session.pinged('');
    await clock.advance(60_499);
    session.pong('');
    await clock.advance(60_499);
    send(session, 'public/test');
    await clock.advance(60_499);
    expect(sink.kinds('drop')).toEqual([]);
    await clock.advance(1);
    expect(sink.kinds('drop')).toHaveLength(1);
    expect(sink.kinds('close')).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('bears silence while subscribed, and counts it again from the unsubscribe', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(SOCKET);
    subscribe(session, 'platform_state');
    await clock.advance(200_000);
    send(session, 'public/unsubscribe_all');
    await clock.advance(60_499);
    expect(sink.kinds('drop')).toEqual([]);
    await clock.advance(1);
    expect(sink.kinds('drop')).toHaveLength(1);
  });

  it('leaves no timer behind, whether sessions end or the venue closes', async () => {
    const { connect, clock, venue } = openVenue();
    const first = connect(SOCKET);
    subscribe(first.session, 'trades.BTC-PERPETUAL.100ms');
    send(first.session, 'public/set_heartbeat', { interval: 10 });
    await clock.advance(13_000);
    first.session.end();
    first.session.end();
    send(first.session, 'public/test');
    const count = first.sink.events.length;
    await clock.advance(1000);
    expect(first.sink.events).toHaveLength(count);
    const second = connect(SOCKET);
    subscribe(second.session, 'book.BTC-PERPETUAL.100ms');
    send(second.session, 'public/set_heartbeat', { interval: 10 });
    venue.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('sends to every subscription exactly the ids between its beginning and its end, whatever comes and goes', async () => {
    const channels = [
      'trades.BTC-PERPETUAL.100ms',
      'book.BTC-PERPETUAL.100ms',
      'book.ETH-PERPETUAL.agg2',
      'ticker.BTC-PERPETUAL.100ms',
      'trades.future.any.100ms',
      'chart.trades.BTC-PERPETUAL.1',
    ];
    const step = fc.record({
      client: fc.integer({ min: 0, max: 2 }),
      method: fc.constantFrom('public/subscribe', 'public/unsubscribe', 'public/unsubscribe_all'),
      channels: fc.subarray(channels, { minLength: 1 }),
      waitMs: fc.integer({ min: 0, max: 700 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { connect, clock, venue } = openVenue();
        const clients = [connect(SOCKET), connect(SOCKET), connect(SOCKET)];
        for (const { client, method, channels: names, waitMs } of steps) {
          send(clients.at(client)!.session, method, { channels: names });
          await clock.advance(waitMs);
        }
        for (const { session } of clients) send(session, 'public/unsubscribe_all');
        for (const { sink } of clients) expectWholeRanges(sink);
        venue.close();
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 25 },
    );
  });
});

/** A greeting repeats the id before the first; from there on every id comes once. */
function expectWholeRanges(sink: RecordingSink): void {
  const open = new Map<string, { from: number; greetings: number; sent: SequenceRanges }>();
  for (const event of sink.events) {
    if (event.kind === 'subscribed')
      open.set(event.stream, { from: event.nextId, greetings: 0, sent: new SequenceRanges() });
    if (event.kind === 'publish') {
      const { stream, firstId, lastId } = event.message;
      const subscription = open.get(stream)!;
      if (lastId === subscription.from - 1) subscription.greetings += 1;
      else expect(subscription.sent.add(firstId, lastId)).toBe(0);
    }
    if (event.kind === 'unsubscribed') {
      const { from, greetings, sent } = open.get(event.stream)!;
      expect(sent.ranges).toEqual(event.nextId > from ? [[from, event.nextId - 1]] : []);
      expect(greetings).toBe(event.stream.startsWith('trades') ? 0 : 1);
      open.delete(event.stream);
    }
  }
  expect(open.size).toBe(0);
  for (const message of sink.messages('book.BTC-PERPETUAL.100ms'))
    expect(dataOf(message).change_id).toBe(message.lastId);
}
