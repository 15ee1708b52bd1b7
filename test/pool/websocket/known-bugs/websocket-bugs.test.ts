import { describe, expect, it } from 'vitest';
import { FakeClock, seededRandom } from '../../../../src/base/index.js';
import { WebSocketConnectionPool } from '../../../../src/pool/websocket/index.js';
import { fakeProtocol, FakeVenue, nth } from '../fake-venue.js';
import { A, setUp } from '../harness.js';

// Each of these was seen in a published client; the numbers are those of the project's list of known bugs.
describe('bug 20: a connection that was renewed never reconnects (@binance/common 2.4.9)', () => {
  it('redials when the successor of a connection drops, and the successor of that', async () => {
    const { clock, venue, pool, subscribe, seen } = setUp({ settleMs: 100 });
    const held = subscribe('s');
    await clock.advance(0);
    for (let round = 0; round < 3; round += 1) {
      nth(venue.open, 0).say({ kind: 'leaving' });
      await clock.advance(1000);
      expect(venue.open).toHaveLength(1);
      nth(venue.open, 0).drop();
      await clock.advance(3000);
      expect(held.state).toBe('live');
      nth(venue.open, 0).data('s', round + 1);
    }
    expect(seen.get('s')).toEqual([1, 2, 3]);
    expect(venue.dials).toBe(7);
    await pool.close();
  });
});

describe('bug 21: messages come twice while two connections overlap (@binance/common 2.4.9)', () => {
  it('delivers each once, and counts what was dropped apart from what one connection repeats', async () => {
    const { clock, venue, pool, subscribe, seen } = setUp({ settleMs: 100 });
    subscribe('s');
    await clock.advance(0);
    venue.connection(0).data('s', 1);
    venue.connection(0).say({ kind: 'leaving' });
    venue.answers = false;
    await clock.advance(10);
    venue.connection(1).loseAnswer();
    for (let id = 2; id <= 51; id += 1) for (const connection of venue.open) connection.data('s', id);
    expect(seen.get('s')).toEqual(Array.from({ length: 51 }, (_, index) => index + 1));
    expect(pool.stats().streams).toMatchObject({ duplicates: 50, repeated: 0, gaps: 0 });
    await pool.close();
  });
});

describe('bug 22: a late close of an old socket reconnects again, so that connections double (binance-connector-python #505, #528)', () => {
  it('hears a close once, and nothing of a connection that has ended', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    const held = subscribe('s');
    for (let round = 0; round < 10; round += 1) {
      await clock.advance(20_000);
      const connection = nth(venue.open, 0);
      connection.drop();
      for (const old of venue.connections) if (!old.open) old.closeAgain();
      await clock.advance(3000);
      for (const old of venue.connections) if (!old.open) old.closeAgain();
    }
    await clock.advance(20_000);
    expect(held.state).toBe('live');
    expect(venue.open).toHaveLength(1);
    expect(venue.dials).toBe(11);
    expect(pool.stats()).toMatchObject({ opened: 11, closed: { broken: 10 } });
    await pool.close();
  });
});

describe('bug 23: a half-open connection stays open for ever (ws #702, reconnecting-websocket #98)', () => {
  it('finds a peer that never said a word within the silence and the ping’s timeout', async () => {
    const { clock, venue, pool, of, subscribe } = setUp();
    venue.born = (connection) => {
      connection.silent = true;
    };
    subscribe('s');
    await clock.advance(11_999);
    expect(of('declaredDead')).toEqual([]);
    await clock.advance(1);
    expect(of('declaredDead')).toMatchObject([{ connectionId: 1, atMs: 13_000, heardAtMs: 1000 }]);
    await pool.close();
  });

  it('does not take control frames for data: a stream that stalls is stale while pings are answered', async () => {
    const { clock, venue, pool, of, subscribe } = setUp({ maxConnections: 1 });
    const held = subscribe('s', { staleAfterMs: 5000 });
    await clock.advance(0);
    venue.connection(0).data('s', 1);
    for (let elapsed = 0; elapsed < 5000; elapsed += 500) {
      expect(held.state).toBe('live');
      venue.connection(0).pingClient();
      venue.connection(0).say({ kind: 'pong' });
      await clock.advance(500);
    }
    expect(of('stale')).toMatchObject([{ stream: 's', sinceMs: 1000, atMs: 6000 }]);
    expect(of('declaredDead')).toEqual([]);
    await pool.close();
  });
});

describe('bug 24: subscriptions are lost on reconnect (nktkas/hyperliquid #23, pybit #13)', () => {
  it('asks for every one anew, also for those that were never acknowledged', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({ maxConnections: 2 });
    const held = subscribeAll(30);
    venue.answers = false;
    await clock.advance(0);
    nth(venue.open, 0).answer();
    for (const connection of venue.open) connection.drop();
    venue.answers = true;
    await clock.advance(5000);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    expect(venue.open.reduce((sum, { subscribed }) => sum + subscribed.size, 0)).toBe(30);
    await pool.close();
  });
});

describe('bug 25: resubscribing breaks the venue’s limit on messages (binance-connector-go #90, bybit-api #174)', () => {
  it('spaces a hundred requests after a rotation and after a loss, and batches what may be batched', async () => {
    const requests = { count: 5, perMs: 1000 };
    const { clock, venue, pool, subscribeAll } = setUp({
      protocol: fakeProtocol({ requests, maxStreamsPerRequest: 1 }),
      streamsPerConnection: 100,
      ackTimeoutMs: 60_000,
      settleMs: 100,
    });
    subscribeAll(100);
    await clock.advance(40_000);
    nth(venue.open, 0).say({ kind: 'leaving' });
    await clock.advance(60_000);
    nth(venue.open, 0).drop();
    await clock.advance(60_000);
    expect(pool.stats().streams.acknowledged).toBe(100);
    expect(venue.connections).toHaveLength(3);
    for (const connection of venue.connections) {
      const times = connection.requests.map(({ atMs }) => atMs);
      expect(times.length).toBeGreaterThanOrEqual(100);
      times.slice(5).forEach((atMs, index) => expect(atMs - nth(times, index)).toBeGreaterThan(1000));
    }
    await pool.close();
  });
});

describe('bug 26: pings and pongs count against the limit, and pongs are sent twice (sieblyio/binance #304)', () => {
  it('keeps a place in the limit for the answer to a ping, and never spends more than there is', async () => {
    const protocol = fakeProtocol({ requests: { count: 3, perMs: 1000 }, maxStreamsPerRequest: 1 });
    const { clock, venue, pool, subscribeAll } = setUp({ protocol });
    subscribeAll(16);
    await clock.advance(0);
    const connection = venue.connection(0);
    const frames: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      connection.say({ kind: 'ping', reply: '{"pong":1}' });
      frames.push(clock.now());
      await clock.advance(1200);
    }
    expect(connection.texts).toHaveLength(20);
    frames.push(...connection.requests.map(({ atMs }) => atMs));
    frames.sort((one, other) => one - other);
    frames.slice(3).forEach((atMs, index) => expect(atMs - nth(frames, index)).toBeGreaterThan(1000));
    expect(connection.subscribed.size).toBe(16);
    await pool.close();
  });
});

describe('bug 27: a quiet market is taken for a dead connection (cryptofeed #223, #226, #536)', () => {
  it('keeps a connection without data for an hour, and measures its round trips', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    const held = subscribe('quiet');
    await clock.advance(3_600_000);
    expect(venue.dials).toBe(1);
    expect(held.state).toBe('live');
    expect(pool.streams.pingMs.total).toBeGreaterThan(300);
    await pool.close();
  });
});

describe('bug 28: clients that are cut together come back together (coder PR #24096)', () => {
  it('spreads the redials of a hundred pools over the whole of the first delay', async () => {
    const clock = new FakeClock(1000);
    const venue = new FakeVenue(() => clock.now());
    const pools = Array.from({ length: 100 }, (_, index) => {
      const pool = new WebSocketConnectionPool({
        origins: [A],
        protocol: fakeProtocol(),
        maxConnections: 1,
        streamsPerConnection: 4,
        backoff: { initialMs: 1000, maxMs: 10_000 },
        clock,
        random: seededRandom(index),
        dial: venue.dial,
      });
      pool.subscribe(`s${index}`, { onMessage: () => {} });
      return pool;
    });
    await clock.advance(30_000);
    const cutAtMs = clock.now();
    for (const connection of venue.open) connection.drop();
    await clock.advance(1000);
    const redials = venue.dialedAtMs.slice(100).map((atMs) => atMs - cutAtMs);
    expect(redials).toHaveLength(100);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => redials.filter((ms) => Math.floor(ms / 100) === tenth).length,
    );
    // Uniform: ten in each tenth on average; the chance of 25 in any one is below 1 in 10,000.
    expect(Math.max(...tenths)).toBeLessThan(25);
    expect(Math.min(...tenths)).toBeGreaterThan(0);
    expect(pools.every((pool) => pool.stats().streams.acknowledged === 1)).toBe(true);
    await Promise.all(pools.map((pool) => pool.close()));
  });
});

describe('bug 29: placing streams takes time quadratic in their number (npm binance)', () => {
  it('looks at each connection a bounded number of times a stream', async () => {
    const capacity = 200;
    const asked = async (streams: number): Promise<number> => {
      let encoded = 0;
      const { clock, venue, pool, subscribeAll } = setUp({
        protocol: fakeProtocol({
          encodeSubscribe: (names, id) => {
            encoded += names.length;
            return JSON.stringify({ op: 'subscribe', streams: names, id });
          },
        }),
        maxConnections: streams / capacity,
        streamsPerConnection: capacity,
      });
      subscribeAll(streams);
      await clock.advance(0);
      expect(venue.open.map(({ subscribed }) => subscribed.size)).toEqual(venue.open.map(() => capacity));
      await pool.close();
      return encoded;
    };
    // Every stream is written once, however many there are.
    expect(await asked(1000)).toBe(1000);
    expect(await asked(10_000)).toBe(10_000);
  });
});
