import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceRanges } from '../../../src/base/index.js';
import type { RecordingSink } from '../recording-sink.js';
import { arg, openVenue, pushes, send } from './okx-harness.js';

const CONN_ID = expect.stringMatching(/^[0-9a-f]{8}$/);
const PUBLIC = '/ws/v5/public';
const BUSINESS = '/ws/v5/business';

describe('OKX session', () => {
  it('tells the ledger of a subscription, acknowledges each argument by itself, and only then sends data', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(PUBLIC);
    send(session, 'subscribe', ['books:BTC-USDT', 'trades:BTC-USDT'], '1512');
    expect(sink.events.map((event) => event.kind)).toEqual(['subscribed', 'reply', 'publish', 'subscribed', 'reply']);
    expect(sink.replies()).toEqual([
      { id: '1512', event: 'subscribe', arg: { channel: 'books', instId: 'BTC-USDT' }, connId: CONN_ID },
      { id: '1512', event: 'subscribe', arg: { channel: 'trades', instId: 'BTC-USDT' }, connId: CONN_ID },
    ]);
    expect(sink.kinds('reply').map((event) => event.kind === 'reply' && event.acknowledges)).toEqual([
      ['books:BTC-USDT'],
      ['trades:BTC-USDT'],
    ]);
    await clock.advance(500);
    expect(sink.events.slice(5).every((event) => event.kind === 'publish')).toBe(true);
    expect(sink.messages('trades:BTC-USDT').length).toBeGreaterThan(0);
  });

  it('gives no id back where none was sent, and each connection a name of its own', () => {
    const { connect } = openVenue();
    const names = [connect(PUBLIC), connect(BUSINESS)].map(({ session, sink }) => {
      session.receive('{"op":"unsubscribe","args":[]}');
      const [reply] = sink.replies() as { connId: string; id?: string }[];
      expect(reply).not.toHaveProperty('id');
      return reply?.connId;
    });
    expect(names).toEqual([CONN_ID, CONN_ID]);
    expect(new Set(names).size).toBe(2);
  });

  it('sends nothing of a stream after the unsubscribe, whose id is the first one not sent', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(PUBLIC);
    send(session, 'subscribe', ['books:BTC-USDT']);
    await clock.advance(1000);
    const last = sink.messages().at(-1)!.lastId;
    send(session, 'unsubscribe', ['books:BTC-USDT'], 'a1');
    expect(sink.kinds('unsubscribed')).toEqual([{ kind: 'unsubscribed', stream: 'books:BTC-USDT', nextId: last + 1 }]);
    const sent = sink.messages().length;
    await clock.advance(1000);
    expect(sink.messages()).toHaveLength(sent);
    expect(sink.replies().at(-1)).toEqual({
      id: 'a1',
      event: 'unsubscribe',
      arg: { channel: 'books', instId: 'BTC-USDT' },
      connId: CONN_ID,
    });
  });

  it('acknowledges an unneeded unsubscribe without doing anything', () => {
    const { connect } = openVenue();
    const { session, sink } = connect(PUBLIC);
    send(session, 'unsubscribe', ['trades:BTC-USDT']);
    expect(sink.events.map((event) => event.kind)).toEqual(['reply']);
    expect(sink.replies()).toEqual([
      { event: 'unsubscribe', arg: { channel: 'trades', instId: 'BTC-USDT' }, connId: CONN_ID },
    ]);
  });

  it('restarts a stream that is asked for again with a fresh snapshot, and goes on in one sequence', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(PUBLIC);
    send(session, 'subscribe', ['books:BTC-USDT', 'trades:BTC-USDT']);
    await clock.advance(1000);
    send(session, 'subscribe', ['books:BTC-USDT', 'trades:BTC-USDT']);
    await clock.advance(1000);
    const books = pushes(sink, 'books:BTC-USDT');
    expect(books.filter(({ action }) => action === 'snapshot')).toHaveLength(2);
    for (const [i, { action, data }] of books.entries())
      if (i > 0 && action === 'update') expect(data[0].prevSeqId).toBe(books[i - 1].data[0].seqId);
    expect(books).toHaveLength(22);
    expect(sink.replies()).toHaveLength(4);
    expect(sink.kinds('subscribed')).toHaveLength(2);
    const ids = sink.messages('trades:BTC-USDT').map(({ firstId }) => firstId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  const illegal = { event: 'error', code: '60012', msg: expect.stringMatching(/^Invalid request: /), connId: CONN_ID };
  const unknown = (what: string) => ({
    event: 'error',
    code: '60018',
    msg: `Wrong URL or ${what} doesn't exist. Please use the correct URL, channel and parameters referring to API document.`,
    connId: CONN_ID,
  });
  const refused = (code: string) => ({ event: 'error', code, msg: expect.any(String), connId: CONN_ID });
  const subscribeTo = (argument: unknown): string => JSON.stringify({ op: 'subscribe', args: [argument] });

  it.each([
    ['', illegal],
    ['not json', illegal],
    ['PING', illegal],
    ['[]', illegal],
    ['null', illegal],
    ['7', illegal],
    ['{}', illegal],
    ['{"op":"subscribe"}', illegal],
    ['{"op":5,"args":[]}', illegal],
    ['{"op":"subscribe","args":{}}', illegal],
    ['{"op":"subscribe","args":["spot/ticker:BTC-USDT"]}', illegal],
    ['{"op":"subscribe","args":[null]}', illegal],
    ['{"op":"subscribe","args":[{"instId":"BTC-USDT"}]}', illegal],
    ['{"op":"subscribe","args":[{"channel":"books","instId":7}]}', illegal],
    ['{"op":"subscribe","args":[]}', refused('60013')],
    ['{"op":"subscribe","id":"no-dash","args":[]}', refused('60033')],
    ['{"op":"subscribe","id":7,"args":[]}', refused('60033')],
    ['{"op":"toString","args":[]}', refused('60019')],
    ['{"op":"__proto__","args":[]}', refused('60019')],
    ['{"op":"login","args":[{}]}', refused('60028')],
    [subscribeTo({ channel: 'books', instId: 'NOPE' }), unknown('channel:books,instId:NOPE')],
    [subscribeTo({ channel: 'books' }), unknown('channel:books')],
    [subscribeTo({ channel: 'toString', instId: 'BTC-USDT' }), unknown('channel:toString,instId:BTC-USDT')],
    [subscribeTo({ channel: 'books', instId: '__proto__' }), unknown('channel:books,instId:__proto__')],
    [subscribeTo({ channel: 'candle7m', instId: 'BTC-USDT' }), unknown('channel:candle7m,instId:BTC-USDT')],
    [subscribeTo({ channel: 'funding-rate', instId: 'BTC-USDT' }), unknown('channel:funding-rate,instId:BTC-USDT')],
    [subscribeTo({ channel: 'liquidation-orders' }), unknown('channel:liquidation-orders')],
    [
      subscribeTo({ channel: 'liquidation-orders', instType: 'SPOT' }),
      unknown('channel:liquidation-orders,instType:SPOT'),
    ],
    [subscribeTo({ channel: 'candle1m', instId: 'BTC-USDT' }), refused('64001')],
    [subscribeTo({ channel: 'trades-all', instId: 'BTC-USDT' }), refused('64001')],
    [subscribeTo({ channel: 'books-l2-tbt', instId: 'BTC-USDT' }), refused('64003')],
    [subscribeTo({ channel: 'books50-l2-tbt', instId: 'BTC-USDT' }), refused('64003')],
  ])('answers %s on the public URL with an error', (text, reply) => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(PUBLIC);
    session.receive(text);
    expect(sink.replies()).toEqual([reply]);
    expect(sink.kinds('subscribed')).toEqual([]);
    expect(clock.pendingTimers).toBe(1);
  });

  it('gives the id back in errors, and answers the good arguments beside a bad one', () => {
    const { connect } = openVenue();
    const { session, sink } = connect(PUBLIC);
    send(session, 'subscribe', ['books:NOPE', 'trades:BTC-USDT'], 'x');
    expect(sink.replies()).toEqual([
      { id: 'x', ...unknown('channel:books,instId:NOPE') },
      { id: 'x', event: 'subscribe', arg: { channel: 'trades', instId: 'BTC-USDT' }, connId: CONN_ID },
    ]);
  });

  it('echoes a request that it does not understand, cut where it is long', () => {
    const { connect } = openVenue();
    const { session, sink } = connect(PUBLIC);
    session.receive('{"op":"subscribe","argss":[{"channel":"books"}]}');
    session.receive('x'.repeat(1 << 20));
    const [short, long] = sink.replies() as { msg: string }[];
    expect(short?.msg).toBe('Invalid request: {"op":"subscribe","argss":[{"channel":"books"}]}');
    expect(long?.msg.length).toBeLessThan(2000);
  });

  it('sends channels of the public URL from the business one away, and the other way round', () => {
    const { connect } = openVenue();
    const { session, sink } = connect(BUSINESS);
    send(session, 'subscribe', ['books:BTC-USDT', 'liquidation-orders:SWAP', 'candle1D:BTC-USDT']);
    expect(sink.replies()).toMatchObject([{ code: '64002' }, { code: '64002' }, { event: 'subscribe' }]);
  });

  it('wants a login on the private URL, and knows nobody', () => {
    const { connect } = openVenue();
    const { session, sink } = connect('/ws/v5/private');
    send(session, 'subscribe', ['books:BTC-USDT', 'orders:BTC-USDT']);
    session.receive('{"op":"login","args":[{"apiKey":"k"}]}');
    expect(sink.replies()).toMatchObject([
      { code: '60011', msg: 'Please log in' },
      { code: '60011' },
      { code: '60005' },
    ]);
    expect(sink.kinds('subscribed')).toEqual([]);
  });

  it.each(['/ws/v5/public', '/ws/v5/public/', '/ws/v5/business?brokerId=9999', '/ws/v5/private'])(
    'opens %s',
    (path) => {
      expect(() => openVenue().connect(path)).not.toThrow();
    },
  );

  it.each(['/', '/ws', '/ws/v5', '/ws/v5/publicity', '/ws/v5/toString', '/ws/v6/public'])('refuses %s', (path) => {
    expect(() => openVenue().connect(path)).toThrow('refused with 404');
  });

  it('gives notice of maintenance, but not on the business URL', () => {
    const { connect } = openVenue();
    const told = connect(PUBLIC);
    const untold = connect(BUSINESS);
    for (const { session } of [told, untold]) session.maintenance(60_000);
    expect(told.sink.replies()).toEqual([
      {
        event: 'notice',
        code: '64008',
        msg: 'The connection will soon be closed for a service upgrade. Please reconnect.',
        connId: CONN_ID,
      },
    ]);
    expect(untold.sink.events).toEqual([]);
  });

  it('sends to every subscription exactly the ids between its beginning and its end, whatever comes and goes', async () => {
    const streams = ['books:BTC-USDT', 'trades:BTC-USDT', 'books:ETH-USDT-SWAP', 'tickers:ETH-USDT'];
    const step = fc.record({
      client: fc.integer({ min: 0, max: 2 }),
      op: fc.constantFrom('subscribe', 'unsubscribe'),
      streams: fc.subarray(streams, { minLength: 1 }),
      waitMs: fc.integer({ min: 0, max: 400 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { connect, clock, venue } = openVenue();
        const clients = [connect(PUBLIC), connect(PUBLIC), connect(PUBLIC)];
        for (const { client, op, streams: names, waitMs } of steps) {
          send(clients.at(client)!.session, op, names);
          await clock.advance(waitMs);
        }
        for (const { session } of clients) send(session, 'unsubscribe', streams);
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
      subscription?.sent.add(firstId, lastId);
    }
    if (event.kind === 'unsubscribed') {
      const { from, sent } = open.get(event.stream)!;
      expect(sent.ranges).toEqual(event.nextId > from ? [[from, event.nextId - 1]] : []);
      open.delete(event.stream);
    }
  }
  expect(open.size).toBe(0);
}

describe('OKX heartbeat', () => {
  const IDLE = [{ kind: 'close', code: 4004, reason: 'No data received in 30s' }];

  it('answers the text ping with the text pong', () => {
    const { connect } = openVenue();
    const { session, sink } = connect(PUBLIC);
    session.receive('ping');
    expect(sink.events).toEqual([{ kind: 'reply', text: 'pong' }]);
  });

  it.each([PUBLIC, BUSINESS, '/ws/v5/private'])('closes %s with 4004 when nothing was sent for 30 s', async (path) => {
    const { connect, clock } = openVenue();
    const { sink } = connect(path);
    await clock.advance(29_999);
    expect(sink.events).toEqual([]);
    await clock.advance(1);
    expect(sink.events).toEqual(IDLE);
    await clock.advance(60_000);
    expect(sink.events).toEqual(IDLE);
    expect(clock.pendingTimers).toBe(0);
  });

  it('stays open as long as pings are answered, but not for pings of the protocol itself', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(PUBLIC);
    for (let i = 0; i < 5; i += 1) {
      await clock.advance(29_000);
      session.receive('ping');
    }
    expect(sink.kinds('close')).toEqual([]);
    await clock.advance(20_000);
    session.pinged('');
    session.pong('');
    await clock.advance(10_000);
    expect(sink.kinds('close')).toEqual(IDLE);
  });

  it('stays open while data flows, and counts the silence from the last push', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(PUBLIC);
    send(session, 'subscribe', ['bbo-tbt:BTC-USDT']);
    await clock.advance(60_000);
    expect(sink.kinds('close')).toEqual([]);
    send(session, 'unsubscribe', ['bbo-tbt:BTC-USDT']);
    await clock.advance(29_999);
    expect(sink.kinds('close')).toEqual([]);
    await clock.advance(1);
    expect(sink.kinds('close')).toEqual(IDLE);
  });

  it('closes a subscribed connection whose streams have nothing to say, and sends nothing after it', async () => {
    const { connect, clock } = openVenue({ activity: 0.00001 });
    const { session, sink } = connect(PUBLIC);
    send(session, 'subscribe', ['liquidation-orders:SWAP', 'bbo-tbt:BTC-USDT']);
    await clock.advance(200_000);
    expect(sink.events.at(-1)).toEqual(IDLE[0]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('follows the rule where it is another, whether limits are enforced or not', async () => {
    for (const enforce of [false, true]) {
      const { connect, clock } = openVenue({ enforce, rules: { idleMs: 300 } });
      const { sink } = connect(PUBLIC);
      await clock.advance(300);
      expect(sink.kinds('close')).toEqual(IDLE);
    }
  });

  it('leaves no timer behind, whether sessions end or the venue closes', async () => {
    const { connect, clock, venue } = openVenue();
    const first = connect(PUBLIC);
    send(first.session, 'subscribe', ['books:BTC-USDT', 'tickers:BTC-USDT']);
    const second = connect(BUSINESS);
    send(second.session, 'subscribe', ['candle1m:BTC-USDT']);
    await clock.advance(500);
    first.session.end();
    const published = first.sink.messages().length;
    await clock.advance(2000);
    expect(first.sink.messages()).toHaveLength(published);
    expect(clock.pendingTimers).toBe(2);
    second.session.end();
    second.session.end();
    expect(clock.pendingTimers).toBe(0);
    const third = connect(PUBLIC);
    send(third.session, 'subscribe', ['books:BTC-USDT']);
    expect(clock.pendingTimers).toBe(2);
    venue.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('OKX stream limits', () => {
  it('counts the fourth connection of an address within a second, and opens it', async () => {
    const { connect, clock } = openVenue();
    const violations = (address = '127.0.0.1'): string[] => connect(PUBLIC, address).sink.violations();
    expect([violations(), violations(), violations()]).toEqual([[], [], []]);
    expect(violations('127.0.0.7')).toEqual([]);
    expect(violations()).toEqual(['connections-per-window']);
    await clock.advance(1001);
    expect(violations()).toEqual([]);
  });

  it('refuses it with 429 where limits are enforced', async () => {
    const { connect, clock } = openVenue({ enforce: true });
    for (let i = 0; i < 3; i += 1) connect(PUBLIC);
    expect(() => connect(PUBLIC)).toThrow('refused with 429');
    expect(() => connect(PUBLIC, '127.0.0.7')).not.toThrow();
    await clock.advance(1001);
    expect(() => connect(PUBLIC)).not.toThrow();
  });

  it('counts more than 480 operations an hour on one connection, and performs them', () => {
    const { connect } = openVenue();
    const { session, sink } = connect(PUBLIC);
    for (let i = 0; i < 480; i += 1) send(session, i % 2 ? 'unsubscribe' : 'subscribe', ['trades:BTC-USDT']);
    session.receive('ping');
    expect(sink.violations()).toEqual([]);
    send(session, 'subscribe', ['trades:BTC-USDT']);
    expect(sink.violations()).toEqual(['operations-per-hour']);
    expect(sink.kinds('subscribed')).toHaveLength(241);
    session.receive('{"op":"login","args":[]}');
    expect(sink.violations()).toHaveLength(2);
  });

  it('answers them with 60014 where limits are enforced, until the hour is over', async () => {
    const { connect, clock } = openVenue({
      enforce: true,
      rules: { operationsPerWindow: 2, operationWindowMs: 10_000 },
    });
    const { session, sink } = connect(PUBLIC);
    for (const id of ['1', '2', '3']) send(session, 'subscribe', ['trades:BTC-USDT'], id);
    expect(sink.replies().at(-1)).toEqual({
      id: '3',
      event: 'error',
      code: '60014',
      msg: 'Requests too frequent',
      connId: CONN_ID,
    });
    expect(sink.violations()).toEqual(['operations-per-hour']);
    session.receive('ping');
    await clock.advance(10_001);
    send(session, 'unsubscribe', ['trades:BTC-USDT'], '4');
    expect(sink.kinds('unsubscribed')).toHaveLength(1);
  });

  // A list of arguments that is exactly so long, brackets included.
  const crowd = (bytes: number): string => {
    const argument = '{"channel":"trades","instId":"BTC-USDT"}';
    const list = Array.from({ length: Math.floor(bytes / (argument.length + 1)) }, () => argument).join(',');
    return `{"op":"subscribe","args":[${list.padEnd(bytes - 2)}]}`;
  };

  it('counts arguments of more than 64 KB, and serves them', () => {
    const { connect } = openVenue();
    const { session, sink } = connect(PUBLIC);
    session.receive(crowd(65_536));
    expect(sink.violations()).toEqual([]);
    session.receive(crowd(65_537));
    expect(sink.violations()).toEqual(['message-size']);
    expect(sink.kinds('close')).toEqual([]);
  });

  it('closes with 4003 for them where limits are enforced', () => {
    const { connect, clock } = openVenue({ enforce: true });
    const { session, sink } = connect(PUBLIC);
    send(session, 'subscribe', ['books:BTC-USDT']);
    session.receive(crowd(65_537));
    expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 4003, reason: expect.any(String) }]);
    expect(sink.kinds('subscribed')).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  const CHANNELS = ['books', 'books5', 'bbo-tbt', 'trades', 'tickers'];

  it('counts a request that leaves a connection with too many channels, and keeps ten times as many at most', () => {
    const { connect } = openVenue({ symbols: 8, rules: { channelsPerConnection: 2 } });
    const { session, sink } = connect(PUBLIC);
    send(session, 'subscribe', ['trades:BTC-USDT', 'trades:ETH-USDT']);
    expect(sink.violations()).toEqual([]);
    const { venue } = openVenue({ symbols: 8 });
    send(
      session,
      'subscribe',
      venue.symbols.map((id) => `trades:${id}`),
    );
    send(
      session,
      'subscribe',
      venue.symbols.map((id) => `tickers:${id}`),
    );
    expect(sink.violations()).toEqual(['channels-per-connection', 'channels-per-connection']);
    expect(sink.kinds('subscribed')).toHaveLength(20);
    expect(sink.replies().at(-1)).toMatchObject({ event: 'error', code: '64007' });
    send(session, 'subscribe', ['trades:BTC-USDT']);
    expect(sink.replies().at(-1)).toMatchObject({ event: 'subscribe' });
  });

  it('closes with 4009 for them where limits are enforced', () => {
    const { connect } = openVenue({ enforce: true, rules: { channelsPerConnection: 4 } });
    const { session, sink } = connect(PUBLIC);
    send(
      session,
      'subscribe',
      CHANNELS.slice(1).map((channel) => `${channel}:BTC-USDT`),
    );
    expect(sink.kinds('close')).toEqual([]);
    send(session, 'subscribe', ['books:BTC-USDT']);
    expect(sink.kinds('close')).toMatchObject([{ kind: 'close', code: 4009 }]);
  });
});

describe('OKX session under arbitrary input', () => {
  const text = fc.oneof(
    fc.constantFrom('BTC-USDT', 'books', 'toString', '__proto__', 'constructor', 'candle', 'candle1M', '', 'a:b'),
    fc.string(),
  );
  const argument = fc.oneof(
    fc.record({ channel: text, instId: text, instType: text }, { requiredKeys: [] }),
    fc.anything(),
  );
  const request = fc.record(
    {
      op: fc.oneof(fc.constantFrom('subscribe', 'unsubscribe', 'login'), text, fc.anything()),
      args: fc.oneof(fc.array(argument, { maxLength: 5 }), fc.anything()),
      id: fc.oneof(text, fc.integer()),
    },
    { requiredKeys: [] },
  );
  const message = fc.oneof(
    request.map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string(),
    fc.constantFrom('', 'ping', 'pong', '['.repeat(100_000), `{"op":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
  );

  it('answers every message with valid JSON or pong, and never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(PUBLIC, BUSINESS, '/ws/v5/private'),
        fc.array(message, { maxLength: 8 }),
        (path, texts) => {
          const { connect, venue, clock } = openVenue();
          const { session, sink } = connect(path);
          for (const text of texts) {
            const before = sink.events.length;
            session.receive(text);
            expect(sink.events.length).toBeGreaterThan(before);
          }
          for (const event of sink.events)
            if (event.kind === 'reply' && event.text !== 'pong')
              expect(JSON.parse(event.text)).toMatchObject({ event: expect.any(String), connId: CONN_ID });
          venue.close();
          expect(clock.pendingTimers).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('never throws at a REST request either, and always answers with an envelope', () => {
    const { rest, venue } = openVenue();
    const paths = ['public/instruments', 'market/books', 'market/candles', 'market/trades', 'public/funding-rate'];
    const names = ['instId', 'instType', 'sz', 'bar', 'after', 'before', 'limit', 'instFamily'];
    const value = fc.oneof(text, fc.constantFrom(...venue.symbols, 'SPOT', 'SWAP', '1Mutc'), fc.nat().map(String));
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.dictionary(fc.constantFrom(...names), value), (path, query) => {
        const { status, body } = rest(`/api/v5/${path}`, { query: new URLSearchParams(query) });
        expect([200, 400]).toContain(status);
        expect(JSON.parse(String(body))).toMatchObject({ code: expect.any(String), data: expect.any(Array) });
      }),
      { numRuns: 300 },
    );
  });

  it('holds nothing for thousands of subscriptions that it refused', () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(PUBLIC);
    const args = Array.from({ length: 5000 }, (_, i) => arg(`trades:NO-${i}`));
    session.receive(JSON.stringify({ op: 'subscribe', args }));
    expect(sink.replies()).toHaveLength(5000);
    expect(sink.kinds('subscribed')).toEqual([]);
    expect(clock.pendingTimers).toBe(1);
  });
});
