import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { bybitSpotStreams, deribitStreams, okxStreams, VenueBudget } from '../../../src/pool/websocket/index.js';
import { RequestBudget } from '../../../src/pool/websocket/request-budget.js';
import { type FakeVenue, fakeProtocol, nth } from './fake-venue.js';
import { setUp } from './harness.js';

/** When the venues heard requests, over all their connections. */
function requestTimes(...venues: readonly FakeVenue[]): number[] {
  const requests = venues.flatMap(({ connections }) => connections.flatMap((connection) => connection.requests));
  return requests.map(({ atMs }) => atMs).sort((one, other) => one - other);
}

function expectWithin(times: readonly number[], count: number, perMs: number): void {
  expect(times.length).toBeGreaterThan(count);
  times.slice(count).forEach((atMs, index) => expect(atMs - nth(times, index)).toBeGreaterThan(perMs));
}

describe('the venue’s limit on the frames of an address', () => {
  const requestsPerAddress = { count: 10, perMs: 1000 };
  const protocol = fakeProtocol({ requestsPerAddress, maxStreamsPerRequest: 1 });
  // The answer to a request that had to wait is not late.
  const options = {
    protocol,
    maxConnections: 8,
    minConnections: 8,
    streamsPerConnection: 10,
    silenceTimeoutMs: 60_000,
  };

  it('holds over all connections of a pool, each of them having its turn', async () => {
    const { clock, venue, pool, subscribeAll } = setUp(options);
    const held = subscribeAll(80);
    await clock.advance(3000);
    const sent = venue.open.map(({ requests }) => requests.length);
    expect(Math.min(...sent)).toBeGreaterThan(1);
    await clock.advance(20_000);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    expectWithin(requestTimes(venue), 10, 1000);
    // As fast as that allows, less one frame in each window that is left to signs of life.
    expect(requestTimes(venue).at(-1)).toBeLessThan(1000 + 10_000);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('is shared by pools that are given the same budget', async () => {
    const clock = new FakeClock(1000);
    const venueBudget = new VenueBudget({ requestsPerAddress }, clock);
    const [one, other] = [setUp({ ...options, clock, venueBudget }), setUp({ ...options, clock, venueBudget })];
    const held = [...one.subscribeAll(40), ...other.subscribeAll(40)];
    await clock.advance(30_000);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    expectWithin(requestTimes(one.venue, other.venue), 10, 1000);
    one.subscribe('late');
    for (let more = 0; more < 60; more += 1) other.subscribe(`more${more}`);
    await clock.advance(100);
    await one.pool.close();
    await clock.advance(100);
    await other.pool.close();
    expect([venueBudget.requests?.waiting, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('lets signs of life go before requests, and keeps one frame in each window for them', async () => {
    const clock = new FakeClock();
    const budget = new RequestBudget({ count: 3, perMs: 1000 }, clock);
    const sent: string[] = [];
    const send = (name: string, urgent = false): void => {
      const turn = (): void => {
        if (budget.take(turn, urgent)) sent.push(name);
      };
      turn();
    };
    for (const name of ['a', 'b', 'c', 'd']) send(name);
    expect(sent).toEqual(['a', 'b']);
    send('ping', true);
    send('second ping', true);
    expect(sent).toEqual(['a', 'b', 'ping']);
    await clock.advance(1100);
    expect(sent.slice(3)).toEqual(['second ping', 'c']);
    await clock.advance(1100);
    expect(sent.slice(5)).toEqual(['d']);
    expect([budget.waiting, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('passes the turn on of one that has nothing to send any more', async () => {
    const clock = new FakeClock();
    const budget = new RequestBudget({ count: 1, perMs: 1000 }, clock);
    const sent: string[] = [];
    const turns = ['a', 'b', 'c', 'd'].map((name) => (): void => {
      if (name !== 'b' && budget.take(turnOf(name), false)) sent.push(name);
    });
    const turnOf = (name: string) => nth(turns, 'abcd'.indexOf(name));
    for (const name of ['a', 'b', 'c', 'd']) if (budget.take(turnOf(name), false)) sent.push(name);
    budget.leave(turnOf('c'));
    await clock.advance(1100);
    expect(sent).toEqual(['a', 'd']);
    expect([budget.waiting, clock.pendingTimers]).toEqual([0, 0]);
  });
});

describe('signs of life that are free', () => {
  it('spend nothing of a limit on requests', async () => {
    const heartbeat = { everyMs: 1000, encode: () => '{"text":"ping"}' };
    const requests = { count: 3, perMs: 3_600_000 };
    const open = (freePings?: true) =>
      setUp({
        protocol: fakeProtocol({ requests, heartbeat, maxStreamsPerRequest: 1, ...(freePings && { freePings }) }),
        maxConnections: 1,
        silenceTimeoutMs: 60_000,
      });
    const [free, costly] = [open(true), open()];
    for (const { clock, venue, pool, subscribe } of [free, costly]) {
      subscribe('s0');
      await clock.advance(10_000);
      venue.connection(0).pingClient();
      venue.connection(0).say({ kind: 'ping', reply: '{"pong":1}' });
      subscribe('s1');
      subscribe('s2');
      await clock.advance(10);
      expect(pool.stats().streams.acknowledged).toBe(pool === free.pool ? 3 : 1);
      await pool.close();
    }
    expect(free.venue.connection(0).texts).toHaveLength(11);
  });

  it('do not pile up where they are not free and the limit holds them up', async () => {
    const heartbeat = { everyMs: 1000, encode: () => '{"text":"ping"}' };
    const { clock, venue, pool, subscribe } = setUp({
      protocol: fakeProtocol({ requests: { count: 2, perMs: 60_000 }, heartbeat }),
      silenceTimeoutMs: 3_600_000,
    });
    subscribe('s');
    await clock.advance(600_000);
    // One token was the request's; later both are spent on heartbeats, one by one.
    expect(venue.connection(0).texts.length).toBeGreaterThan(15);
    expect(venue.connection(0).texts.length).toBeLessThan(22);
    await pool.close();
  });

  it('are those of the venues that count operations, not frames', () => {
    expect([okxStreams.freePings, deribitStreams.freePings]).toEqual([true, true]);
  });
});

describe('the venue’s limit on the connections of an address', () => {
  it('holds whatever the user allows, the one that takes over from another included', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({
      protocol: fakeProtocol({ maxConnections: 3 }),
      maxConnections: 100,
      streamsPerConnection: 2,
      settleMs: 100,
    });
    subscribeAll(10);
    let most = 0;
    venue.born = () => {
      most = Math.max(most, venue.open.length);
    };
    await clock.advance(0);
    expect(venue.open).toHaveLength(2);
    nth(venue.open, 0).say({ kind: 'leaving' });
    await clock.advance(5000);
    expect([most, venue.open.length]).toEqual([3, 2]);
    await pool.close();
  });

  it('makes options that cannot be kept within it an error', () => {
    expect(() => setUp({ protocol: fakeProtocol({ maxConnections: 2 }), feeds: 2 })).toThrow(
      'Expected `feeds` not to exceed `maxConnections`, got 2',
    );
  });
});

describe('the venue’s limit on the names that a connection is subscribed to', () => {
  it('is kept by characters: streams with long names go to another connection', async () => {
    const argumentLength = { max: 100, of: (stream: string) => stream.length };
    const { clock, venue, pool, subscribe } = setUp({ protocol: fakeProtocol({ argumentLength }) });
    const names = ['x', 'y', 'z', 'w', 'v'].map((letter) => letter.repeat(40));
    const held = names.map((name) => subscribe(name));
    await clock.advance(10);
    expect(venue.open.map(({ subscribed }) => subscribed.size)).toEqual([2, 2, 1]);
    await held[0]!.close();
    subscribe('u'.repeat(40));
    subscribe('t'.repeat(20));
    await clock.advance(10);
    for (const { subscribed } of venue.open) expect([...subscribed].join('').length).toBeLessThanOrEqual(100);
    expect(pool.stats().streams.acknowledged).toBe(6);
    expect(venue.open).toHaveLength(3);
    await pool.close();
  });

  it('leaves it to the venue to refuse a name that is too long by itself', async () => {
    const argumentLength = { max: 10, of: (stream: string) => stream.length };
    const { clock, venue, pool, subscribe } = setUp({ protocol: fakeProtocol({ argumentLength }) });
    const long = 'x'.repeat(11);
    venue.refuses.add(long);
    await Promise.all([
      expect(subscribe(long).acknowledged).rejects.toMatchObject({ code: 'E_STREAM_REJECTED' }),
      clock.advance(10),
    ]);
    expect(venue.dials).toBe(1);
    await pool.close();
  });

  it('is Bybit’s 21,000 characters of topics', () => {
    const { argumentLength, maxStreamsPerConnection } = bybitSpotStreams;
    const count = Math.floor(argumentLength!.max / argumentLength!.of('spot:orderbook.50.BTCUSDT'));
    const topics = Array.from({ length: count }, () => 'orderbook.50.BTCUSDT');
    expect(JSON.stringify(topics).length).toBeLessThanOrEqual(21_000 + 1);
    expect([count > 900, maxStreamsPerConnection]).toEqual([true, undefined]);
  });
});
