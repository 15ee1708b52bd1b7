import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock, SequenceRanges } from '../../../src/base/index.js';
import { venues } from '../../../src/exchange/venues/index.js';
import type { RecordingSink } from '../recording-sink.js';
import { bodyOf, openVenue, send } from './binance-harness.js';

describe('Binance session', () => {
  it('tells the ledger of a subscription before acknowledging it, and sends data only afterwards', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/ws');
    send(session, 'SUBSCRIBE', ['btcusdt@trade', 'ethusdt@trade'], 7);
    expect(sink.events.map((event) => event.kind)).toEqual(['subscribed', 'subscribed', 'reply']);
    expect(sink.replies()).toEqual([{ result: null, id: 7 }]);
    await clock.advance(500);
    expect(sink.events.slice(3).every((event) => event.kind === 'publish')).toBe(true);
    expect(sink.messages('ethusdt@trade').length).toBeGreaterThan(0);
  });

  it('sends nothing of a stream after the unsubscribe, whose id is the first one not sent', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/ws/btcusdt@trade');
    await clock.advance(1000);
    const last = sink.messages().at(-1)!.lastId;
    send(session, 'UNSUBSCRIBE', ['btcusdt@trade'], 'abc');
    expect(sink.kinds('unsubscribed')).toEqual([{ kind: 'unsubscribed', stream: 'btcusdt@trade', nextId: last + 1 }]);
    const sent = sink.messages().length;
    await clock.advance(1000);
    expect(sink.messages()).toHaveLength(sent);
    expect(sink.replies()).toEqual([{ result: null, id: 'abc' }]);
  });

  it('acknowledges a repeated subscribe and an unneeded unsubscribe without doing anything', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/ws');
    send(session, 'SUBSCRIBE', ['btcusdt@trade', 'btcusdt@trade']);
    send(session, 'SUBSCRIBE', ['btcusdt@trade']);
    send(session, 'UNSUBSCRIBE', ['ethusdt@trade']);
    await clock.advance(1000);
    expect(sink.kinds('subscribed')).toHaveLength(1);
    expect(sink.kinds('unsubscribed')).toHaveLength(0);
    expect(sink.replies()).toHaveLength(3);
    const ids = sink.messages().map((message) => message.firstId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('accepts names it does not know, lists them, and never sends anything for them', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/ws');
    const unknown = ['nope@trade', 'btcusdt@nope', 'BTCUSDT@trade', 'btcusdt@kline_2m', 'btcusdt@constructor', '!x'];
    send(session, 'SUBSCRIBE', unknown);
    send(session, 'LIST_SUBSCRIPTIONS', undefined, 2);
    await clock.advance(3000);
    send(session, 'UNSUBSCRIBE', unknown, 3);
    expect(sink.replies()).toEqual([
      { result: null, id: 1 },
      { result: unknown, id: 2 },
      { result: null, id: 3 },
    ]);
    expect(sink.messages()).toEqual([]);
    expect(sink.kinds('subscribed')).toHaveLength(unknown.length);
    expect(sink.kinds('unsubscribed')).toHaveLength(unknown.length);
  });

  it('switches between raw and combined frames', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/ws/btcusdt@trade');
    await clock.advance(500);
    expect(bodyOf(sink.messages().at(-1)).e).toBe('trade');
    send(session, 'GET_PROPERTY', ['combined'], 1);
    send(session, 'SET_PROPERTY', ['combined', true], 2);
    send(session, 'GET_PROPERTY', ['combined'], 3);
    await clock.advance(500);
    expect(bodyOf(sink.messages().at(-1)).stream).toBe('btcusdt@trade');
    expect(sink.replies()).toEqual([
      { result: false, id: 1 },
      { result: null, id: 2 },
      { result: true, id: 3 },
    ]);
  });

  it.each([
    ['not json', { code: 3, msg: 'Invalid JSON: expected value at line 1 column 1' }],
    ['[]', { code: 2, msg: expect.stringContaining('Invalid request') }],
    ['null', { code: 2, msg: expect.stringContaining('Invalid request') }],
    ['{"id":1}', { code: 2, msg: expect.stringContaining('missing field `method`') }],
    [
      '{"method":"NOPE","id":1}',
      { code: 2, msg: expect.stringContaining('unknown variant `NOPE`, expected one of'), id: 1 },
    ],
    ['{"method":"toString","id":1}', { code: 2, msg: expect.stringContaining('unknown variant `toString`'), id: 1 }],
    ['{"method":"SUBSCRIBE","id":1}', { code: 2, msg: expect.stringContaining('Invalid request'), id: 1 }],
    ['{"method":"SUBSCRIBE","params":[1],"id":1}', { code: 2, msg: expect.stringContaining('Invalid request'), id: 1 }],
    ['{"method":"LIST_SUBSCRIPTIONS","id":1.5}', { code: 2, msg: expect.stringContaining('request ID') }],
    [
      '{"method":"SET_PROPERTY","params":["combined",1],"id":1}',
      { code: 1, msg: expect.stringContaining('Boolean'), id: 1 },
    ],
    ['{"method":"SET_PROPERTY","params":["speed",true],"id":1}', { code: 0, msg: 'Unknown property', id: 1 }],
    [
      '{"method":"GET_PROPERTY","params":[5],"id":1}',
      { code: 2, msg: expect.stringContaining('property name'), id: 1 },
    ],
    [
      '{"method":"GET_PROPERTY","params":["combined",1],"id":1}',
      { code: 2, msg: expect.stringContaining('too many'), id: 1 },
    ],
    ['{"method":"LIST_SUBSCRIPTIONS"}', { result: [], id: null }],
  ])('answers %s', (text, reply) => {
    const { connect } = openVenue();
    const { session, sink } = connect('/ws');
    session.receive(text);
    expect(sink.replies()).toEqual([reply]);
  });

  it.each([
    ['/ws', false, []],
    ['/ws/', false, []],
    ['/ws/0', false, []],
    ['/ws/btcusdt@trade', false, ['btcusdt@trade']],
    ['/ws/btcusdt@trade/ethusdt@depth', false, ['btcusdt@trade', 'ethusdt@depth']],
    ['/ws/btcusdt%40trade', false, ['btcusdt@trade']],
    ['/stream', true, []],
    ['/stream?streams=btcusdt@trade/ethusdt@trade', true, ['btcusdt@trade', 'ethusdt@trade']],
    ['/stream?timeUnit=MICROSECOND&streams=btcusdt@trade', true, ['btcusdt@trade']],
    ['/stream/ws/3', false, []],
    ['/stream/ws/btcusdt@trade', false, ['btcusdt@trade']],
  ])('opens %s', (path, combined, streams) => {
    const { connect } = openVenue();
    const { session, sink } = connect(path);
    expect(sink.kinds('subscribed').map((event) => event.kind === 'subscribed' && event.stream)).toEqual(streams);
    send(session, 'GET_PROPERTY', ['combined']);
    expect(sink.replies()).toEqual([{ result: combined, id: 1 }]);
  });

  it.each([
    ['/', 404],
    ['/websocket', 404],
    ['/streams', 404],
    ['/ws/%zz', 400],
    ['/ws?timeUnit=NANOSECOND', 400],
  ])('refuses %s with %i', (path, status) => {
    expect(() => openVenue().connect(path)).toThrow(`refused with ${status}`);
  });

  it('pings every 20 s with the time, and goes on as long as the pings are echoed', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/ws');
    for (let i = 0; i < 10; i += 1) {
      await clock.advance(20_000);
      const ping = sink.events.at(-1);
      if (ping?.kind !== 'ping') throw new Error('no ping');
      expect(ping.payload).toMatch(/^\d{13}$/);
      session.pong(ping.payload);
    }
    expect(sink.kinds('ping')).toHaveLength(10);
    expect(sink.kinds('close')).toEqual([]);
  });

  it('closes with 1008 when a ping goes unechoed for 60 s, whatever other pongs arrive', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/ws');
    await clock.advance(20_000);
    session.pong('');
    session.pong('12345');
    await clock.advance(59_999);
    expect(sink.kinds('close')).toEqual([]);
    await clock.advance(1);
    expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 1008, reason: 'Pong timeout' }]);
    await clock.advance(100_000);
    expect(sink.kinds('ping')).toHaveLength(3);
  });

  it('takes the echo of a later ping as answer to the earlier ones', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/ws');
    await clock.advance(60_000);
    const pings = sink.kinds('ping');
    const [, second] = pings;
    session.pong(second?.kind === 'ping' ? second.payload : '');
    await clock.advance(20_000);
    expect(sink.kinds('close')).toEqual([]);
    await clock.advance(40_000);
    expect(sink.kinds('close')).toHaveLength(1);
  });

  it('notes six inbound messages within any second, pongs included, but not five', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/ws');
    for (let i = 0; i < 5; i += 1) {
      send(session, 'LIST_SUBSCRIPTIONS');
      await clock.advance(100);
    }
    expect(sink.violations()).toEqual([]);
    await clock.advance(501);
    send(session, 'LIST_SUBSCRIPTIONS');
    expect(sink.violations()).toEqual([]);
    session.pong('x');
    expect(sink.violations()).toEqual(['messages-per-second']);
    expect(sink.replies()).toHaveLength(6);
  });

  it('notes more than 1024 streams on one connection, and serves them', () => {
    const { connect } = openVenue();
    const { session, sink } = connect('/ws');
    send(
      session,
      'SUBSCRIBE',
      Array.from({ length: 1024 }, (_, i) => `s${i}@trade`),
    );
    expect(sink.violations()).toEqual([]);
    send(session, 'SUBSCRIBE', ['btcusdt@trade']);
    expect(sink.violations()).toEqual(['streams-per-connection']);
    expect(sink.kinds('subscribed')).toHaveLength(1025);
  });

  it('leaves no timer behind, whether sessions end or the venue closes', async () => {
    const { connect, clock, venue } = openVenue();
    const first = connect('/ws/btcusdt@trade/ethusdt@depth@100ms');
    const second = connect('/stream?streams=btcusdt@kline_1m');
    await clock.advance(500);
    first.session.end();
    const published = first.sink.messages().length;
    await clock.advance(500);
    expect(first.sink.messages()).toHaveLength(published);
    expect(clock.pendingTimers).toBe(3);
    second.session.end();
    second.session.end();
    expect(clock.pendingTimers).toBe(0);
    connect('/ws/btcusdt@trade');
    connect('/ws');
    expect(clock.pendingTimers).toBe(5);
    venue.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('sends to every subscription exactly the ids between its beginning and its end, whatever comes and goes', async () => {
    const streams = ['btcusdt@trade', 'btcusdt@depth@100ms', 'ethusdt@aggTrade', 'ethusdt@depth'];
    const step = fc.record({
      client: fc.integer({ min: 0, max: 2 }),
      method: fc.constantFrom('SUBSCRIBE', 'UNSUBSCRIBE'),
      streams: fc.subarray(streams, { minLength: 1 }),
      waitMs: fc.integer({ min: 0, max: 400 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { connect, clock, venue } = openVenue();
        const clients = [connect('/ws'), connect('/stream'), connect('/ws?timeUnit=MICROSECOND')];
        for (const { client, method, streams: names, waitMs } of steps) {
          send(clients.at(client)!.session, method, names);
          await clock.advance(waitMs);
        }
        for (const { session } of clients) send(session, 'UNSUBSCRIBE', streams);
        for (const { sink } of clients) expectWholeRanges(sink);
        venue.close();
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 25 },
    );
  });
});

function expectWholeRanges(sink: RecordingSink): void {
  const open = new Map<string, { from: number; sent: SequenceRanges }>();
  for (const event of sink.events) {
    if (event.kind === 'subscribed') open.set(event.stream, { from: event.nextId, sent: new SequenceRanges() });
    if (event.kind === 'publish') {
      const { stream, firstId, lastId } = event.message;
      const subscription = open.get(stream);
      expect(subscription).toBeDefined();
      expect(subscription?.sent.add(firstId, lastId)).toBe(0);
    }
    if (event.kind === 'unsubscribed') {
      const { from, sent } = open.get(event.stream)!;
      expect(sent.ranges).toEqual(event.nextId > from ? [[from, event.nextId - 1]] : []);
      open.delete(event.stream);
    }
  }
  expect(open.size).toBe(0);
}

describe('venue registry', () => {
  it('makes a Binance venue with a market of its own, its calendar that of the machine', () => {
    const clock = new FakeClock();
    const { rules } = venues.binance;
    const venue = venues.binance.open({ seed: 'x', symbols: 3, activity: 1, clock, rules, enforce: false });
    expect(venue.name).toBe('binance');
    expect(venue.symbols).toEqual(['BTCUSDT', 'ETHUSDT', 'SOLUSDT']);
    const request = { method: 'GET', path: '/api/v3/time', query: new URLSearchParams(), body: '' };
    const { serverTime } = JSON.parse(
      String(venue.rest({ ...request, remoteAddress: '', connectionsOfAddress: 1, connectionAgeMs: 0 }).body),
    );
    expect(Math.abs(serverTime - Date.now())).toBeLessThan(60_000);
    expect(clock.pendingTimers).toBe(0);
  });
});
