import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceRanges } from '../../../src/base/index.js';
import type { RecordingSink } from '../recording-sink.js';
import { EPOCH_MS, LINEAR, SPOT, bodyOf, openVenue, send } from './bybit-harness.js';

const CONNECTION = '00000001-0000-4000-8000-000000000000';

describe('Bybit session', () => {
  it.each([
    [SPOT, 'spot', 'subscribe'],
    [LINEAR, 'linear', ''],
  ])('tells the ledger, acknowledges a request once, then sends (%s)', async (path, market, message) => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(path);
    send(session, 'subscribe', ['orderbook.50.BTCUSDT', 'publicTrade.ETHUSDT'], 't1');
    expect(sink.events.map((event) => event.kind)).toEqual(['subscribed', 'subscribed', 'reply', 'publish']);
    const streams = [`${market}:orderbook.50.BTCUSDT`, `${market}:publicTrade.ETHUSDT`];
    expect(sink.kinds('reply')).toMatchObject([{ acknowledges: streams }]);
    expect(sink.replies()).toEqual([
      { success: true, ret_msg: message, conn_id: CONNECTION, req_id: 't1', op: 'subscribe' },
    ]);
    await clock.advance(500);
    expect(sink.messages(streams[1]).length).toBeGreaterThan(0);
  });

  it('sends nothing of a topic after the unsubscribe, whose id is the first one not sent', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(LINEAR);
    send(session, 'subscribe', ['publicTrade.BTCUSDT']);
    await clock.advance(1000);
    const stream = 'linear:publicTrade.BTCUSDT';
    const nextId = sink.messages().at(-1)!.lastId + 1;
    send(session, 'unsubscribe', ['publicTrade.BTCUSDT', 'tickers.BTCUSDT'], 2);
    expect(sink.kinds('unsubscribed')).toEqual([{ kind: 'unsubscribed', stream, nextId }]);
    expect(sink.replies().at(-1)).toMatchObject({ success: true, op: 'unsubscribe', req_id: 2 });
    const sent = sink.messages().length;
    await clock.advance(1000);
    expect(sink.messages()).toHaveLength(sent);
  });

  it('begins a topic again when it is subscribed to twice: a fresh snapshot, and one sequence', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect(SPOT);
    const other = connect(SPOT);
    for (const each of [session, other.session]) send(each, 'subscribe', ['orderbook.50.BTCUSDT']);
    await clock.advance(300);
    send(session, 'subscribe', ['orderbook.50.BTCUSDT', 'orderbook.50.BTCUSDT']);
    await clock.advance(300);
    const snapshots = (of: RecordingSink) => of.messages().filter((message) => bodyOf(message).type === 'snapshot');
    expect([snapshots(sink).length, snapshots(other.sink).length]).toEqual([2, 1]);
    expect(sink.kinds('subscribed')).toHaveLength(2);
    expectWholeRanges(sink, 1);
    expectWholeRanges(other.sink, 1);
  });

  it('answers pings in the manner of the market', () => {
    const { connect } = openVenue();
    const answers = ['spot', 'linear', 'inverse', 'option'].map((market) => {
      const { session, sink } = connect(`/v5/public/${market}`);
      send(session, 'ping', undefined, '100001');
      return sink.replies()[0];
    });
    const pong = { success: true, ret_msg: 'pong', conn_id: expect.any(String), op: 'ping' };
    expect(answers).toEqual([
      pong,
      { ...pong, req_id: '100001' },
      { ...pong, req_id: '100001' },
      { args: [String(EPOCH_MS)], op: 'pong' },
    ]);
  });

  it.each([
    ['not json', 'error:invalid json', ''],
    ['', 'error:invalid json', ''],
    ['null', 'error:invalid json', ''],
    ['[]', 'error:invalid op', ''],
    ['{}', 'error:invalid op', ''],
    ['{"op":1}', 'error:invalid op', ''],
    ['{"op":"toString"}', 'error:invalid op', 'toString'],
    ['{"op":"subscribe"}', 'error:invalid args', 'subscribe'],
    ['{"op":"subscribe","args":[]}', 'error:invalid args', 'subscribe'],
    ['{"op":"subscribe","args":"tickers.BTCUSDT"}', 'error:invalid args', 'subscribe'],
    ['{"op":"subscribe","args":[1]}', 'error:invalid args', 'subscribe'],
    ['{"op":"subscribe","args":[""]}', 'error:handler not found,topic:', 'subscribe'],
    [topics('orderbook.7.BTCUSDT'), 'error:handler not found,topic:orderbook.7.BTCUSDT', 'subscribe'],
    [topics('orderbook.050.BTCUSDT'), 'error:handler not found,topic:orderbook.050.BTCUSDT', 'subscribe'],
    [topics('orderbook.BTCUSDT'), 'error:handler not found,topic:orderbook.BTCUSDT', 'subscribe'],
    [topics('kline.2.BTCUSDT'), 'error:handler not found,topic:kline.2.BTCUSDT', 'subscribe'],
    [topics('tickers.1.BTCUSDT'), 'error:handler not found,topic:tickers.1.BTCUSDT', 'subscribe'],
    [topics('tickers.BTCUSDT.x.y'), 'error:handler not found,topic:tickers.BTCUSDT.x.y', 'subscribe'],
    [topics('__proto__.BTCUSDT'), 'error:handler not found,topic:__proto__.BTCUSDT', 'subscribe'],
    [topics('allLiquidation.BTCUSDT'), 'error:handler not found,topic:allLiquidation.BTCUSDT', 'subscribe'],
    [topics('tickers.BTCUSDT', 'tickers.NOPE'), 'Invalid symbol :[tickers.NOPE]', 'subscribe'],
    [topics('tickers.toString'), 'Invalid symbol :[tickers.toString]', 'subscribe'],
    ['{"op":"unsubscribe","args":["nope"]}', 'error:handler not found,topic:nope', 'unsubscribe'],
  ])('refuses %s as a whole', (text, message, op) => {
    const { connect } = openVenue();
    const { session, sink } = connect(SPOT);
    session.receive(text);
    expect(sink.replies()).toEqual([{ success: false, ret_msg: message, conn_id: CONNECTION, op }]);
    expect(sink.kinds('subscribed')).toEqual([]);
  });

  it.each(['inverse', 'option', 'linear'])('knows no symbol that is not traded in %s', (market) => {
    const { connect } = openVenue();
    const { session, sink } = connect(`/v5/public/${market}`);
    send(session, 'subscribe', ['tickers.BTCUSD'], 5);
    expect(sink.replies()).toMatchObject([
      { success: false, ret_msg: 'error:handler not found,topic:tickers.BTCUSD', req_id: 5 },
    ]);
  });

  it.each(['/', '/v5/public', '/v5/public/toString', '/v5/private', '/v5/public/spot/'])('refuses %s', (path) => {
    expect(() => openVenue().connect(path)).toThrow('refused with 404');
  });

  it('digests any message with one reply, and keeps a bounded number of topics', () => {
    const { connect, clock, venue } = openVenue({ symbols: 2 });
    const { session, sink } = connect(LINEAR);
    const topic = fc.constantFrom('orderbook.50.BTCUSDT', 'tickers.ETHUSDT', 'kline.1.BTCUSDT', 'x.BTCUSDT', '');
    const request = fc.record(
      { op: fc.constantFrom('subscribe', 'unsubscribe', 'ping', 'auth'), args: fc.array(topic), req_id: fc.anything() },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      request.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, (message) => {
        const before = sink.kinds('reply').length;
        session.receive(message);
        expect(sink.kinds('reply')).toHaveLength(before + 1);
      }),
      { numRuns: 300 },
    );
    session.receive('['.repeat(100_000));
    venue.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('cuts a client after ten minutes of silence, enforced or not; anything that it says counts', async () => {
    for (const enforce of [true, false]) {
      const { connect, clock } = openVenue({ enforce });
      const silent = connect(LINEAR);
      send(silent.session, 'subscribe', ['kline.D.BTCUSDT']);
      const talking = [connect(SPOT), connect(SPOT), connect(SPOT)];
      await clock.advance(599_000);
      send(talking[0]!.session, 'ping');
      talking[1]!.session.pinged('');
      talking[2]!.session.pong('');
      expect(silent.sink.kinds('drop')).toEqual([]);
      await clock.advance(1000);
      expect(silent.sink.kinds('drop')).toHaveLength(1);
      expect(silent.sink.violations()).toEqual(['idle']);
      for (const { sink } of talking) expect([...sink.kinds('drop'), ...sink.violations()]).toEqual([]);
    }
  }, 30_000);

  it('counts more than ten topics in one request of a spot stream, and refuses them where enforced', () => {
    const eleven = ['1', '3', '5', '15', '30', '60', '120', '240', '360', '720', 'D'].map((i) => `kline.${i}.BTCUSDT`);
    for (const enforce of [true, false]) {
      const { connect } = openVenue({ enforce });
      const [spot, linear] = [connect(SPOT), connect(LINEAR)];
      send(spot.session, 'subscribe', eleven.slice(1));
      expect(spot.sink.violations()).toEqual([]);
      send(spot.session, 'subscribe', eleven);
      send(linear.session, 'subscribe', eleven);
      expect(spot.sink.violations()).toEqual(['args-per-request']);
      expect(linear.sink.violations()).toEqual([]);
      expect(spot.sink.replies().at(-1)).toMatchObject(
        enforce ? { success: false, ret_msg: 'args size >10' } : { success: true },
      );
    }
  });

  it('counts topics beyond 21,000 characters; keeps ten times as many at most, enforced or not', () => {
    const rules = { argsLength: 45 };
    const books = ['orderbook.1.BTCUSDT', 'orderbook.50.BTCUSDT', 'orderbook.200.BTCUSDT'];
    for (const enforce of [true, false]) {
      const { connect } = openVenue({ enforce, rules });
      const { session, sink } = connect(LINEAR);
      send(session, 'subscribe', books);
      expect(sink.violations()).toEqual(['args-length']);
      expect(sink.replies()).toMatchObject([{ success: !enforce }]);
      send(session, 'subscribe', [books[0]]);
      send(session, 'unsubscribe', books);
      send(session, 'subscribe', books.slice(1));
      expect(sink.replies().at(-1)).toMatchObject({ success: true });
    }
    const { connect } = openVenue({ symbols: 40, rules });
    const { session, sink } = connect(LINEAR);
    const all = openVenue({ symbols: 40 }).venue.symbols.map((symbol) => `tickers.${symbol}`);
    for (const topic of all) send(session, 'subscribe', [topic]);
    const kept = sink.kinds('subscribed').length;
    expect(kept).toBeGreaterThan(20);
    expect(kept).toBeLessThan(40);
    expect(sink.replies().at(-1)).toMatchObject({ success: false, ret_msg: 'args length >45' });
  });

  it('counts connections, in a window and open at once in each market, and refuses them where enforced', async () => {
    const rules = { connectionsPerWindow: 3, connectionWindowMs: 1000, connectionsPerAddress: 2 };
    const observing = openVenue({ rules });
    const connect = (path: string, address?: string) => observing.connect(path, address).sink.violations();
    expect([connect(SPOT), connect(LINEAR), connect(SPOT), connect('/v5/public/inverse')]).toEqual([
      [],
      [],
      [],
      ['connections-per-window'],
    ]);
    expect(connect(SPOT)).toEqual(['connections-per-window', 'connections-per-address']);
    expect(connect(SPOT, '127.0.0.2')).toEqual([]);
    const enforcing = openVenue({ rules, enforce: true });
    const first = enforcing.connect(SPOT);
    enforcing.connect(SPOT);
    expect(() => enforcing.connect(SPOT)).toThrow('refused with 403');
    expect(() => enforcing.connect(LINEAR)).toThrow('refused with 403');
    await enforcing.clock.advance(1001);
    expect(() => enforcing.connect(SPOT)).toThrow('refused with 403');
    first.session.end();
    first.session.end();
    enforcing.connect(SPOT);
    expect(() => enforcing.connect(SPOT)).toThrow('refused with 403');
  });

  it('announces maintenance on the topic of the system’s state, to those who asked for it', () => {
    const { connect } = openVenue();
    const [asking, trading] = [connect('/v5/public/misc/status'), connect(SPOT)];
    send(asking.session, 'subscribe', ['system.status']);
    send(asking.session, 'subscribe', ['tickers.BTCUSDT']);
    send(trading.session, 'subscribe', ['tickers.BTCUSDT']);
    for (const { session } of [asking, trading]) session.maintenance(30_000);
    expect(asking.sink.replies()).toMatchObject([
      { success: true },
      { success: false },
      { topic: 'system.status', ts: EPOCH_MS, data: [{ state: 'scheduled', begin: String(EPOCH_MS + 30_000) }] },
    ]);
    expect(trading.sink.replies()).toHaveLength(1);
  });

  it('sends to every subscription exactly the ids between its beginning and its end, whatever comes and goes', async () => {
    const kinds = [
      'orderbook.1',
      'orderbook.50',
      'orderbook.200',
      'publicTrade',
      'tickers',
      'kline.1',
      'allLiquidation',
    ];
    const step = fc.record({
      client: fc.integer({ min: 0, max: 1 }),
      op: fc.constantFrom('subscribe', 'unsubscribe'),
      topics: fc.subarray(kinds, { minLength: 1 }).map((names) => names.map((name) => `${name}.BTCUSDT`)),
      waitMs: fc.integer({ min: 0, max: 300 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
        const { connect, clock, venue } = openVenue({ symbols: 1 });
        const clients = [connect(LINEAR), connect(LINEAR)];
        for (const { client, op, topics, waitMs } of steps) {
          send(clients[client]!.session, op, topics);
          await clock.advance(waitMs);
        }
        for (const { session } of clients)
          send(
            session,
            'unsubscribe',
            kinds.map((name) => `${name}.BTCUSDT`),
          );
        for (const { sink } of clients) expectWholeRanges(sink, 0);
        venue.close();
        expect(clock.pendingTimers).toBe(0);
      }),
      { numRuns: 15 },
    );
  });
});

/** Checks that nothing due is left out or repeated. What greets a subscriber has the id before its first one. */
function expectWholeRanges(sink: RecordingSink, live: number): void {
  const open = new Map<string, { from: number; sent: SequenceRanges }>();
  for (const event of sink.events) {
    if (event.kind === 'subscribed') open.set(event.stream, { from: event.nextId, sent: new SequenceRanges() });
    if (event.kind === 'publish') {
      const { stream, firstId, lastId } = event.message;
      const subscription = open.get(stream);
      expect(subscription).toBeDefined();
      if (lastId >= subscription!.from) expect(subscription!.sent.add(firstId, lastId)).toBe(0);
      else expect(lastId).toBe(subscription!.from - 1);
    }
    if (event.kind === 'unsubscribed') {
      const { from, sent } = open.get(event.stream)!;
      expect(sent.ranges).toEqual(event.nextId > from ? [[from, event.nextId - 1]] : []);
      open.delete(event.stream);
    }
  }
  expect(open.size).toBe(live);
}

function topics(...args: string[]): string {
  return JSON.stringify({ op: 'subscribe', args });
}
