import { describe, expect, it } from 'vitest';
import { StreamError, type Subscription } from '../../../src/pool/websocket/index.js';
import { fakeProtocol, nth } from './fake-venue.js';
import { A, B, setUp } from './harness.js';

describe('placing streams', () => {
  it('opens as few connections as the streams need, loads them evenly, and asks each once for all of its streams', async () => {
    const { clock, venue, pool, subscribeAll } = setUp();
    const held = subscribeAll(50);
    await clock.advance(0);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    expect(venue.connections.map(({ requests }) => requests.map(({ streams }) => streams.length))).toEqual([
      [13],
      [13],
      [12],
      [12],
    ]);
    const { opened, uses, reuses, acquires, requestsSent } = pool.stats();
    expect({ opened, uses, reuses, dialed: acquires.dialed, requestsSent }).toEqual({
      opened: 4,
      uses: 50,
      reuses: 46,
      dialed: 50,
      requestsSent: 4,
    });
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('puts what is subscribed later on connections with room', async () => {
    const { clock, venue, pool, subscribe, subscribeAll } = setUp();
    subscribeAll(3);
    await clock.advance(10);
    subscribe('late');
    await clock.advance(10);
    expect(venue.dials).toBe(1);
    expect(pool.stats().acquires.direct).toBe(1);
    await pool.close();
  });

  it('never names more streams than a request may, nor sends more requests a second than the venue takes', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({
      protocol: fakeProtocol({ maxStreamsPerRequest: 3, requests: { count: 2, perMs: 1000 } }),
      streamsPerConnection: 20,
    });
    subscribeAll(20);
    await clock.advance(60_000);
    const { requests, subscribed, pings } = venue.connection(0);
    expect(requests.map(({ streams }) => streams.length)).toEqual([3, 3, 3, 3, 3, 3, 2]);
    for (const { atMs } of requests)
      expect(requests.filter((other) => other.atMs > atMs - 1000 && other.atMs <= atMs).length).toBeLessThanOrEqual(2);
    expect(subscribed.size).toBe(20);
    expect(pings).toBeGreaterThan(0);
    await pool.close();
  });

  it('lets streams beyond the capacity wait until others leave', async () => {
    const { clock, pool, subscribeAll } = setUp({ maxConnections: 1, streamsPerConnection: 2 });
    const held = subscribeAll(3);
    const [first, third] = [nth(held, 0), nth(held, 2)];
    await clock.advance(100);
    expect(third.state).toBe('pending');
    expect(pool.stats().searching).toBe(1);
    await first.close();
    await clock.advance(0);
    expect(third.state).toBe('live');
    await pool.close();
  });

  it('refuses a second holder of a stream, but takes one as soon as the first is leaving', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    const first = subscribe('s');
    await clock.advance(0);
    expect(() => subscribe('s')).toThrow(expect.objectContaining({ code: 'E_STREAM_TAKEN' }) as Error);
    venue.answers = false;
    const leaving = first.close();
    const second = subscribe('s');
    await clock.advance(10);
    expect(venue.connection(0).requests.map(({ op }) => op)).toEqual(['subscribe', 'unsubscribe']);
    venue.answers = true;
    venue.connection(0).answer();
    await leaving;
    await clock.advance(0);
    expect([first.state, second.state]).toEqual(['closed', 'live']);
    expect([...venue.connection(0).subscribed]).toEqual(['s']);
    await pool.close();
  });
});

describe('acknowledgement', () => {
  it('asks again when no answer comes, and takes an answer to either request', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    venue.answers = false;
    const held = subscribe('s');
    await clock.advance(999);
    expect(venue.connection(0).requests).toHaveLength(1);
    await clock.advance(1);
    expect(venue.connection(0).requests).toHaveLength(2);
    venue.connection(0).answer();
    expect(held.state).toBe('live');
    venue.connection(0).answer();
    await clock.advance(5000);
    expect(venue.connection(0).requests).toHaveLength(2);
    expect(pool.stats().streams.acknowledged).toBe(1);
    await pool.close();
  });

  it('counts an answer once, however often it comes', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    venue.answers = false;
    subscribe('s');
    await clock.advance(0);
    venue.connection(0).answer(3);
    expect(pool.stats().streams).toMatchObject({ desired: 1, acknowledged: 1 });
    await pool.close();
  });

  it('ignores the late answer of a connection that is gone', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    venue.answers = false;
    const held = subscribe('s');
    await clock.advance(0);
    const first = venue.connection(0);
    const asked = nth(first.requests, 0);
    first.drop();
    first.say({ kind: 'ack', id: asked.id, ok: true });
    await clock.advance(500);
    expect(held.state).toBe('pending');
    // Nor does the id mean anything on the next connection.
    venue.connection(1).say({ kind: 'ack', id: asked.id, ok: true });
    expect(held.state).toBe('pending');
    venue.connection(1).answer();
    expect(held.state).toBe('live');
    await pool.close();
  });

  it('finds the one bad stream of a refused request, and subscribes to the others', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    venue.refuses.add('bad');
    const [good, bad, fine] = [subscribe('good'), subscribe('bad'), subscribe('fine')];
    await clock.advance(10);
    expect([good.state, bad.state, fine.state]).toEqual(['live', 'closed', 'live']);
    await expect(bad.acknowledged).rejects.toMatchObject({ code: 'E_STREAM_REJECTED' });
    expect(pool.stats().streams).toMatchObject({ desired: 2, acknowledged: 2, rejected: 1 });
    expect(pool.stats().gauges.used).toBe(2);
    await pool.close();
  });

  it('does not ask again what was answered while the repetition waited for its turn', async () => {
    const { clock, venue, pool, subscribe } = setUp({
      protocol: fakeProtocol({ requests: { count: 1, perMs: 1000 } }),
      ackTimeoutMs: 500,
    });
    venue.answers = false;
    const held = subscribe('s');
    await clock.advance(800);
    venue.connection(0).answer();
    await clock.advance(5000);
    expect(held.state).toBe('live');
    expect(venue.connection(0).requests).toHaveLength(1);
    await pool.close();
  });

  it('counts pongs among the frames that the venue takes', async () => {
    const { clock, venue, pool, subscribe } = setUp({
      protocol: fakeProtocol({ requests: { count: 3, perMs: 1000 } }),
    });
    subscribe('s');
    await clock.advance(0);
    venue.connection(0).pingClient();
    const late = subscribe('late');
    await clock.advance(1000);
    expect(late.state).toBe('pending');
    await clock.advance(1000);
    expect(late.state).toBe('live');
    await pool.close();
  });

  it('leaves alone who was closed on hearing of the same answer', async () => {
    const { clock, pool, subscribe } = setUp();
    const others: Subscription[] = [];
    pool.subscribe('first', { onMessage: () => {}, onState: () => void others[0]?.close() });
    others.push(subscribe('other'));
    for (let turn = 0; turn < 3; turn += 1) await clock.advance(0);
    expect(others.map(({ state }) => state)).toEqual(['closed']);
    expect(pool.stats().streams).toMatchObject({ desired: 1, acknowledged: 1 });
    await pool.close();
  });

  it('rejects for who closes before it came', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    const held = subscribe('s');
    await held.close();
    await expect(held.acknowledged).rejects.toBeInstanceOf(StreamError);
    await clock.advance(10);
    expect(venue.connections.flatMap(({ requests }) => requests)).toEqual([]);
    await pool.close();
  });
});

describe('closing a subscription', () => {
  it('delivers what arrives before the venue has answered, and nothing after', async () => {
    const { clock, venue, pool, subscribe, seen } = setUp();
    const held = subscribe('s');
    await clock.advance(0);
    venue.answers = false;
    const connection = venue.connection(0);
    const closing = held.close();
    await clock.advance(1);
    connection.data('s', 1);
    connection.answer();
    await closing;
    connection.data('s', 2);
    expect(seen.get('s')).toEqual([1]);
    expect(pool.stats()).toMatchObject({
      frames: { strays: 1 },
      streams: { desired: 0, acknowledged: 0, messages: 1 },
    });
    expect(pool.stats().gauges.used).toBe(0);
    await pool.close();
  });

  it('resolves when the connection goes instead of the answer', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    const held = subscribe('s');
    await clock.advance(0);
    venue.answers = false;
    const closing = held.close();
    await clock.advance(1);
    venue.connection(0).drop();
    await closing;
    await clock.advance(5000);
    expect(venue.dials).toBe(1);
    await pool.close();
  });

  it('asks again when the answer is lost', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    const held = subscribe('s');
    await clock.advance(0);
    venue.answers = false;
    const closing = held.close();
    await clock.advance(0);
    venue.connection(0).loseAnswer();
    await clock.advance(1000);
    venue.connection(0).answer();
    await closing;
    expect(held.state).toBe('closed');
    await pool.close();
  });
});

describe('losing a connection', () => {
  it('moves its streams at once to the other endpoint, in one request, and tells of the recovery', async () => {
    const { clock, venue, pool, of, states, subscribeAll } = setUp({ origins: [A, B], streamsPerConnection: 8 });
    const held = subscribeAll(12);
    await clock.advance(0);
    const lost = nth(
      venue.connections.filter(({ origin }) => origin === A),
      0,
    );
    const moved = [...lost.subscribed];
    const atMs = clock.now();
    lost.drop();
    await clock.advance(100);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    expect(states.get(nth(moved, 0))).toEqual(['live', 'recovering', 'live']);
    expect(venue.open.every(({ origin }) => origin === B)).toBe(true);
    expect(
      of('recovered')
        .map(({ stream }) => stream)
        .sort(),
    ).toEqual(moved.sort());
    // What fits on the living connection is there at once; the rest waits for a dial.
    expect(of('recovered').filter((event) => event.atMs === atMs)).toHaveLength(2);
    expect(pool.stats().streams).toMatchObject({ desired: 12, acknowledged: 12, resubscriptions: moved.length });
    expect(pool.stats().endpoints.map(({ origin, state }) => [origin, state])).toEqual([
      [A, 'down'],
      [B, 'up'],
    ]);
    const again = venue.open.flatMap(({ requests }) => requests.filter((request) => request.atMs >= atMs));
    expect(again.length).toBeLessThanOrEqual(4);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps its streams from the endpoint that failed, though a connection to it has more room', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({ origins: [A, B], minConnections: 4 });
    await pool.start();
    subscribeAll(24);
    await clock.advance(0);
    const [lost, other] = venue.open.filter(({ origin }) => origin === A);
    if (!lost || !other) throw new Error('Expected two connections to A');
    const before = other.subscribed.size;
    lost.drop();
    await clock.advance(0);
    expect(other.subscribed.size).toBe(before);
    expect(pool.stats().streams.acknowledged).toBe(24);
    await pool.close();
  });

  it('counts one failure of the endpoint, however many streams were carried', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({ origins: [A, B], failureThreshold: 2 });
    subscribeAll(16);
    await clock.advance(0);
    const { origin } = venue.connection(0);
    venue.connection(0).drop();
    await clock.advance(0);
    expect(pool.stats().endpoints.find((endpoint) => endpoint.origin === origin)).toMatchObject({
      state: 'up',
      failures: 1,
    });
    await pool.close();
  });

  it('does not hold a close frame against the endpoint', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({ origins: [A, B] });
    subscribeAll(16);
    await clock.advance(0);
    venue.connection(0).drop(1001);
    await clock.advance(100);
    expect(pool.stats().endpoints.map(({ state }) => state)).toEqual(['up', 'up']);
    expect(pool.stats().streams.acknowledged).toBe(16);
    await pool.close();
  });

  it('drops what the consumer had before, and reports what it will never have', async () => {
    const { clock, venue, pool, of, seen, subscribe } = setUp();
    subscribe('s');
    await clock.advance(0);
    for (const id of [5, 6, 7]) venue.connection(0).data('s', id);
    await clock.advance(100);
    venue.connection(0).drop();
    await clock.advance(100);
    for (const id of [6, 7, 10, 9, 11]) venue.connection(1).data('s', id);
    expect(seen.get('s')).toEqual([5, 6, 7, 10, 11]);
    expect(of('gap')).toEqual([
      {
        kind: 'gap',
        stream: 's',
        lastGoodId: 7,
        firstGoodId: 10,
        lastGoodAtMs: 1000,
        firstGoodAtMs: 1200,
        cause: 'venue',
      },
    ]);
    expect(pool.stats().streams).toMatchObject({ messages: 5, repeated: 3, gaps: 1, gapIds: 2 });
    expect(pool.streams.gapMs.quantile(1)).toBeCloseTo(200, 0);
    await pool.close();
  });

  it('hears nothing more of a connection that has ended', async () => {
    const { clock, venue, pool, seen, subscribe } = setUp();
    subscribe('s');
    await clock.advance(0);
    venue.answers = false;
    venue.connection(0).drop();
    venue.connection(0).data('s', 1);
    await clock.advance(0);
    venue.connection(0).data('s', 2);
    expect(seen.get('s')).toEqual([]);
    await pool.close();
  });

  it('integrates coverage over the outage, exactly', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    subscribe('s');
    await clock.advance(0);
    await clock.advance(300);
    venue.answers = false;
    venue.connection(0).drop();
    await clock.advance(100);
    nth(venue.open, 0).answer();
    await clock.advance(600);
    const { desired, acknowledged } = pool.stats().streams.integralsMs;
    expect({ desired, acknowledged }).toEqual({ desired: 1000, acknowledged: 900 });
    await pool.close();
  });

  it('keeps the delay growing while connections open but do not hold', async () => {
    const { clock, venue, pool, subscribe } = setUp({ backoff: { initialMs: 100, maxMs: 10_000 } });
    subscribe('s');
    for (let elapsed = 0; elapsed < 60_000; elapsed += 10) {
      await clock.advance(10);
      for (const connection of venue.open) connection.drop();
    }
    // Reset on opening would allow a dial every 50 ms on average: 1200 of them.
    expect(venue.dials).toBeGreaterThan(5);
    expect(venue.dials).toBeLessThan(40);
    await clock.advance(20_000);
    expect(pool.stats().streams.acknowledged).toBe(1);
    await pool.close();
  });

  it('gets every stream back after an outage of every endpoint', async () => {
    const { clock, venue, pool, of, subscribeAll } = setUp({ origins: [A, B], cooldownMs: 1000 });
    const held = subscribeAll(40);
    await clock.advance(5000);
    for (const origin of [A, B]) venue.refused.add(origin);
    for (const connection of venue.open) connection.drop();
    await clock.advance(4000);
    expect(held.every(({ state }) => state === 'recovering')).toBe(true);
    expect(of('dialFailed').every(({ stage }) => stage === 'tcp')).toBe(true);
    venue.refused.clear();
    await clock.advance(6000);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    await clock.advance(20_000);
    expect(pool.stats().gauges.used).toBe(40);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('telling dead from quiet', () => {
  it('keeps a connection whose streams say nothing but which answers pings', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    subscribe('s');
    await clock.advance(120_000);
    expect(venue.dials).toBe(1);
    expect(venue.connection(0).pings).toBeGreaterThanOrEqual(10);
    const { frames } = pool.stats();
    expect(frames.pongsReceived).toBe(frames.pingsSent);
    expect(pool.stats().streams.messages).toBe(0);
    await pool.close();
  });

  it('declares dead what does not answer, after the silence and the ping’s timeout', async () => {
    const { clock, venue, pool, of, subscribe } = setUp();
    const held = subscribe('s');
    await clock.advance(0);
    venue.connection(0).data('s', 1);
    venue.connection(0).silent = true;
    await clock.advance(11_999);
    expect(held.state).toBe('live');
    await clock.advance(1);
    expect(of('declaredDead')).toMatchObject([
      { connectionId: 1, endpointIndex: 0, localPort: 40_001, atMs: 13_000, heardAtMs: 1000, streams: ['s'] },
    ]);
    expect(of('closed')).toMatchObject([{ connectionId: 1, reason: 'declaredDead', closedAtMs: 13_000 }]);
    await clock.advance(100);
    expect(held.state).toBe('live');
    expect(venue.open).toHaveLength(1);
    await pool.close();
  });

  it('pings only when it has heard nothing, and takes any frame for a sign of life', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    subscribe('s');
    await clock.advance(0);
    const connection = venue.connection(0);
    for (let id = 1; id <= 20; id += 1) {
      await clock.advance(4000);
      connection.data('s', id);
    }
    expect(connection.pings).toBe(0);
    await clock.advance(9000);
    connection.pingClient();
    await clock.advance(9000);
    expect(connection.pings).toBe(0);
    expect(venue.dials).toBe(1);
    await pool.close();
  });
});

describe('the witness’s account', () => {
  it('has a row for every connection, opened and closed, and for every failed dial', async () => {
    const { clock, venue, pool, events, subscribe } = setUp({ origins: [A, B] });
    subscribe('s');
    await clock.advance(0);
    const [opened] = pool.connections();
    expect(opened).toEqual({
      connectionId: 1,
      endpointIndex: 0,
      localPort: 40_001,
      openedAtMs: 1000,
      role: 'serving',
      streams: 1,
      heardAtMs: 1000,
      roundTripMs: null,
      requestsSent: 1,
      unsent: 0,
    });
    venue.refused.add(B);
    await clock.advance(50);
    venue.connection(0).drop();
    await clock.advance(100);
    expect(events.filter(({ kind }) => kind !== 'recovered' && kind !== 'acknowledged').slice(0, 3)).toMatchObject([
      { kind: 'opened', connectionId: 1, endpointIndex: 0, localPort: 40_001, openedAtMs: 1000 },
      { kind: 'closed', connectionId: 1, endpointIndex: 0, localPort: 40_001, closedAtMs: 1050, reason: 'peer' },
      { kind: 'dialFailed', connectionId: 2, endpointIndex: 1, localPort: null, stage: 'tcp' },
    ]);
    await pool.close();
    const { opened: openedCount, closed } = pool.stats();
    expect(Object.values(closed).reduce((sum, count) => sum + count, 0)).toBe(openedCount);
    expect(pool.connections()).toEqual([]);
  });
});

describe('closing the pool', () => {
  it('ends every subscription, whatever state it is in, and leaves no timer', async () => {
    const { clock, venue, pool, subscribe } = setUp({ maxConnections: 1, streamsPerConnection: 2 });
    const held = ['a', 'b', 'c'].map((stream) => subscribe(stream));
    await clock.advance(0);
    venue.answers = false;
    const closing = nth(held, 0).close();
    await pool.close();
    await closing;
    expect(held.map(({ state }) => state)).toEqual(['closed', 'closed', 'closed']);
    await expect(nth(held, 2).acknowledged).rejects.toMatchObject({ code: 'E_STREAM_CLOSED' });
    expect(() => subscribe('d')).toThrow(StreamError);
    expect(venue.open).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
    expect(pool.stats()).toMatchObject({ streams: { desired: 0, acknowledged: 0 }, searching: 0 });
  });

  it('unsubscribes before it closes when drained, within the deadline', async () => {
    const { clock, venue, pool, subscribeAll } = setUp();
    subscribeAll(3);
    await clock.advance(0);
    await pool.drain(1000);
    expect(venue.connection(0).subscribed.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);

    const stuck = setUp();
    stuck.subscribeAll(3);
    await stuck.clock.advance(0);
    stuck.venue.connection(0).silent = true;
    const drained = stuck.pool.drain(1000);
    await stuck.clock.advance(1000);
    await drained;
    expect(stuck.venue.open).toEqual([]);
    expect(stuck.clock.pendingTimers).toBe(0);
  });

  it('refuses settings that make no sense, naming them', () => {
    for (const [options, name] of [
      [{ origins: [] }, 'origins'],
      [{ origins: ['http://a'] }, 'origins'],
      [{ maxConnections: 0 }, 'maxConnections'],
      [{ streamsPerConnection: 1.5 }, 'streamsPerConnection'],
      [{ silenceTimeoutMs: 0 }, 'silenceTimeoutMs'],
      [{ backoff: { initialMs: 10, maxMs: 1 } }, 'backoff'],
      [{ protocol: fakeProtocol({ requests: { count: 0.5, perMs: 1000 } }) }, 'protocol.requests.count'],
    ] as const)
      expect(() => setUp(options)).toThrow(name);
  });
});
