import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceRanges } from '../../../src/base/index.js';
import type { RecordingSink } from '../recording-sink.js';
import { openVenue, subscribe, unsubscribe } from './coinbase-harness.js';

describe('Coinbase session', () => {
  it('tells the ledger, then acknowledges with all that is live, then sends', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/');
    subscribe(session, ['matches', { name: 'heartbeat', product_ids: ['ETH-USD'] }]);
    expect(sink.events.map((event) => event.kind)).toEqual(['subscribed', 'subscribed', 'reply', 'publish']);
    expect(sink.kinds('reply')).toMatchObject([{ acknowledges: ['matches:BTC-USD', 'heartbeat:ETH-USD'] }]);
    subscribe(session, ['matches'], ['ETH-USD']);
    expect(sink.replies().at(-1)).toEqual({
      type: 'subscriptions',
      channels: [
        { name: 'matches', product_ids: ['BTC-USD', 'ETH-USD'], account_ids: null },
        { name: 'heartbeat', product_ids: ['ETH-USD'], account_ids: null },
      ],
    });
    await clock.advance(500);
    expect(sink.messages('matches:ETH-USD').length).toBeGreaterThan(1);
  });

  it('ends what an unsubscribe names: a product of a channel, a channel, or a product everywhere', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/');
    const all = ['BTC-USD', 'ETH-USD', 'SOL-USD'];
    subscribe(session, ['matches', 'heartbeat'], all);
    await clock.advance(1500);
    unsubscribe(session, ['matches'], ['BTC-USD']);
    unsubscribe(session, undefined, ['ETH-USD']);
    unsubscribe(session, ['matches']);
    const ended = sink.kinds('unsubscribed').map((event) => event.kind === 'unsubscribed' && event.stream);
    expect(ended).toEqual(['matches:BTC-USD', 'matches:ETH-USD', 'heartbeat:ETH-USD', 'matches:SOL-USD']);
    const sent = sink.messages('matches:SOL-USD').length;
    await clock.advance(1500);
    expect(sink.messages('matches:SOL-USD')).toHaveLength(sent);
    expect(sink.replies().at(-1)).toEqual({
      type: 'subscriptions',
      channels: [{ name: 'heartbeat', product_ids: ['BTC-USD', 'SOL-USD'], account_ids: null }],
    });
  });

  it('begins a stream again when it is subscribed to twice: a fresh snapshot, and one sequence', async () => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/');
    subscribe(session, ['level2']);
    await clock.advance(300);
    subscribe(session, ['level2']);
    await clock.advance(300);
    const types = sink.messages().map((message) => (JSON.parse(String(message.frame)) as { type: string }).type);
    expect(types.filter((type) => type === 'snapshot')).toHaveLength(2);
    expect(sink.kinds('unsubscribed')).toHaveLength(1);
    expectWholeRanges(sink, 1);
  });

  it('takes any signature for level2, and nothing without one', () => {
    const { connect } = openVenue();
    const { session, sink } = connect('/');
    const request = { type: 'subscribe', product_ids: ['BTC-USD'], channels: ['level2'], signature: 's', key: 'k' };
    session.receive(JSON.stringify(request));
    session.receive(JSON.stringify({ ...request, passphrase: '', timestamp: '1' }));
    const refusal = { type: 'error', message: 'Failed to subscribe', reason: 'level2 requires authentication' };
    expect(sink.replies()).toEqual([refusal, refusal]);
    session.receive(JSON.stringify({ ...request, passphrase: 'p', timestamp: '1' }));
    expect(sink.messages('level2:BTC-USD')).toHaveLength(1);
    session.receive(JSON.stringify({ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['level2_batch'] }));
    expect(sink.messages('level2_batch:BTC-USD')).toHaveLength(1);
  });

  it.each([
    ['not json', { type: 'error', message: 'Malformed JSON' }],
    ['', { type: 'error', message: 'Malformed JSON' }],
    ['[]', { type: 'error', message: 'Malformed JSON' }],
    ['null', { type: 'error', message: 'Malformed JSON' }],
    ['{}', refused('Type has to be either subscribe or unsubscribe')],
    ['{"type":"toString"}', refused('Type has to be either subscribe or unsubscribe')],
    ['{"type":"subscribe"}', refused('No channels provided')],
    ['{"type":"subscribe","product_ids":["BTC-USD"]}', refused('No channels provided')],
    ['{"type":"subscribe","channels":["matches"]}', refused('No products provided')],
    ['{"type":"subscribe","channels":"matches"}', refused('Malformed channels or product_ids')],
    ['{"type":"subscribe","channels":[1]}', refused('Malformed channels or product_ids')],
    ['{"type":"subscribe","channels":[{"name":1}]}', refused('Malformed channels or product_ids')],
    ['{"type":"subscribe","channels":["matches"],"product_ids":[1]}', refused('Malformed channels or product_ids')],
    ['{"type":"subscribe","channels":["full"],"product_ids":["BTC-USD"]}', refused('full is not a valid channel')],
    ['{"type":"subscribe","channels":["__proto__"]}', refused('__proto__ is not a valid channel')],
    ['{"type":"subscribe","channels":["matches"],"product_ids":["NO-USD"]}', refused('NO-USD is not a valid product')],
    [
      '{"type":"subscribe","channels":["matches"],"product_ids":["BTC-USD","toString"]}',
      refused('toString is not a valid product'),
    ],
    ['{"type":"unsubscribe"}', refused('No channels provided', 'unsubscribe')],
    ['{"type":"unsubscribe","channels":["x"]}', refused('x is not a valid channel', 'unsubscribe')],
    ['{"type":"unsubscribe","channels":["matches"]}', { type: 'subscriptions', channels: [] }],
  ])('answers %s', (text, reply) => {
    const { connect, clock } = openVenue();
    const { session, sink } = connect('/');
    session.receive(text);
    expect(sink.replies()).toEqual([reply]);
    expect(sink.kinds('subscribed')).toEqual([]);
    session.end();
    expect(clock.pendingTimers).toBe(0);
  });

  it('digests any message, and keeps no more than there are streams', () => {
    const { connect, clock, venue } = openVenue({ symbols: 2 });
    const { session, sink } = connect('/');
    const names = fc.constantFrom('matches', 'ticker', 'level2', 'full', '__proto__', 'status', '');
    const ids = fc.constantFrom('BTC-USD', 'ETH-USD', 'NO-USD', 'constructor', '');
    const channel = fc.oneof(names, fc.record({ name: names, product_ids: fc.array(ids) }), fc.anything());
    const request = fc.record(
      {
        type: fc.constantFrom('subscribe', 'unsubscribe', 'x'),
        channels: fc.array(channel),
        product_ids: fc.array(ids),
      },
      { requiredKeys: [] },
    );
    const text = fc.oneof(fc.string(), fc.json(), fc.anything().map(asText), request.map(asText));
    fc.assert(
      fc.property(text, (message) => {
        const before = sink.kinds('reply').length;
        session.receive(message);
        expect(sink.kinds('reply')).toHaveLength(before + 1);
      }),
      { numRuns: 300 },
    );
    session.receive('['.repeat(100_000));
    const live = sink.kinds('subscribed').length - sink.kinds('unsubscribed').length;
    expect(live).toBeLessThanOrEqual(2 * 6 + 1);
    venue.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('closes a connection that has subscribed to nothing after five seconds, enforced or not', async () => {
    for (const enforce of [true, false]) {
      const { connect, clock } = openVenue({ enforce });
      const { session, sink } = connect('/');
      const kept = connect('/');
      subscribe(kept.session, ['heartbeat']);
      session.receive('{"type":"subscribe","channels":["nope"]}');
      await clock.advance(4999);
      expect(sink.kinds('close')).toEqual([]);
      await clock.advance(1);
      expect(sink.kinds('close')).toMatchObject([{ code: 1008 }]);
      expect(sink.violations()).toEqual(['subscribe-timeout']);
      expect(kept.sink.kinds('close')).toEqual([]);
      unsubscribe(kept.session, ['heartbeat']);
      await clock.advance(10_000);
      expect(kept.sink.kinds('close')).toEqual([]);
    }
  });

  it('counts more than a hundred messages a second from one address, over all its connections', async () => {
    const { connect, clock } = openVenue();
    const [one, two, other] = [connect('/'), connect('/'), connect('/', '127.0.0.2')];
    for (let i = 0; i < 50; i += 1) for (const { session } of [one, two]) session.receive('{}');
    expect([...one.sink.violations(), ...two.sink.violations()]).toEqual([]);
    one.session.receive('{}');
    other.session.receive('{}');
    expect(one.sink.violations()).toEqual(['messages-per-second']);
    expect(other.sink.violations()).toEqual([]);
    expect(one.sink.replies()).toHaveLength(51);
    await clock.advance(1001);
    one.session.receive('{}');
    expect(one.sink.violations()).toHaveLength(1);
  });

  it('says so and closes where that is enforced', () => {
    const { connect } = openVenue({ enforce: true, rules: { messagesPerWindow: 2 } });
    const { session, sink } = connect('/');
    for (let i = 0; i < 3; i += 1) session.receive('{}');
    expect(sink.violations()).toEqual(['messages-per-second']);
    expect(sink.replies().at(-1)).toEqual({ type: 'error', message: 'ErrSlowRead', reason: 'too many messages' });
    expect(sink.kinds('close')).toEqual([{ kind: 'close', code: 1008, reason: 'ErrSlowRead' }]);
  });

  it('counts more than ten subscriptions of an address to one product of a channel', () => {
    const { connect } = openVenue();
    const all = Array.from({ length: 11 }, () => connect('/'));
    for (const { session } of all) subscribe(session, ['matches']);
    const last = all.at(-1)!;
    expect(all.flatMap(({ sink }) => sink.violations())).toEqual(['subscriptions-per-channel']);
    expect(last.sink.violations()).toHaveLength(1);
    expect(last.sink.messages('matches:BTC-USD')).toHaveLength(1);
    const other = connect('/', '127.0.0.2');
    subscribe(other.session, ['matches']);
    subscribe(last.session, ['ticker']);
    expect([...other.sink.violations(), ...last.sink.violations()]).toHaveLength(1);
  });

  it('refuses one more where that is enforced, until another ends', () => {
    const { connect } = openVenue({ enforce: true, rules: { subscriptionsPerChannel: 2 } });
    const [one, two, three] = [connect('/'), connect('/'), connect('/')];
    for (const { session } of [one, two, three]) subscribe(session, ['matches']);
    const limited = refused('Subscription limit reached for matches:BTC-USD');
    expect(three.sink.replies()).toEqual([limited]);
    expect(three.sink.kinds('subscribed')).toEqual([]);
    subscribe(one.session, ['matches']);
    expect(one.sink.violations()).toEqual([]);
    two.session.end();
    subscribe(three.session, ['matches']);
    expect(three.sink.kinds('subscribed')).toHaveLength(1);
  });

  it('counts connections beyond eight a second and a burst of twenty, and refuses them where enforced', async () => {
    const observing = openVenue();
    const sinks = Array.from({ length: 21 }, () => observing.connect('/').sink);
    expect(sinks.map((sink) => sink.violations().length)).toEqual([...Array.from({ length: 20 }, () => 0), 1]);
    expect(sinks.at(-1)!.violations()).toEqual(['connections-per-window']);
    const enforcing = openVenue({ enforce: true, rules: { connectionBurst: 1, connectionRefillMs: 1000 } });
    enforcing.connect('/');
    expect(() => enforcing.connect('/')).toThrow('refused with 429');
    enforcing.connect('/', '127.0.0.2');
    await enforcing.clock.advance(1000);
    enforcing.connect('/');
  });

  it.each(['/', '', '/?x=y'])('opens at the root: "%s"', (path) => {
    expect(openVenue().connect(path).sink.events).toEqual([]);
  });

  it.each(['/ws', '/products', '//'])('opens nowhere else: "%s"', (path) => {
    expect(() => openVenue().connect(path)).toThrow('refused with 404');
  });

  it('says nothing ahead of maintenance, and takes pings and pongs without a word', () => {
    const { connect } = openVenue();
    const { session, sink } = connect('/');
    session.maintenance(1000);
    session.pong('x');
    session.pinged('x');
    expect(sink.events).toEqual([]);
  });

  it('sends to every subscription exactly the ids between its beginning and its end, whatever comes and goes', async () => {
    const channels = ['matches', 'level2', 'level2_batch', 'ticker', 'heartbeat'];
    const step = fc.record({
      client: fc.integer({ min: 0, max: 1 }),
      type: fc.constantFrom('subscribe', 'unsubscribe'),
      channels: fc.subarray(channels, { minLength: 1 }),
      waitMs: fc.integer({ min: 0, max: 300 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
        const { connect, clock, venue } = openVenue({ symbols: 1 });
        const clients = [connect('/'), connect('/')];
        for (const { client, type, channels, waitMs } of steps) {
          (type === 'subscribe' ? subscribe : unsubscribe)(clients[client]!.session, channels, ['BTC-USD']);
          await clock.advance(waitMs);
        }
        for (const { session } of clients) unsubscribe(session, channels);
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

function refused(reason: string, type = 'subscribe'): object {
  return { type: 'error', message: `Failed to ${type}`, reason };
}

function asText(value: unknown): string {
  return JSON.stringify(value) ?? '';
}
