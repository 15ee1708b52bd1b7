import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/index.js';
import { VenueBudget } from '../../../src/pool/websocket/index.js';
import { ConnectBudget } from '../../../src/pool/websocket/connect-budget.js';
import { RollingLimit } from '../../../src/pool/websocket/rolling-limit.js';
import { fakeProtocol, nth } from './fake-venue.js';
import { A, B, setUp } from './harness.js';

/** No window of `perMs` sees more than `count` of these times. */
function expectWithin(times: readonly number[], count: number, perMs: number): void {
  times.slice(count).forEach((atMs, index) => expect(atMs - nth(times, index)).toBeGreaterThan(perMs));
}

describe('RollingLimit', () => {
  it('lets no window see more than the count, and as many as that in the long run', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 10, max: 5000 }),
        fc.array(fc.nat(400), { minLength: 1, maxLength: 80 }),
        async (count, perMs, pauses) => {
          const clock = new FakeClock();
          const limit = new RollingLimit({ count, perMs }, clock);
          const spent: number[] = [];
          for (const pause of pauses) {
            await clock.advance(pause);
            expect(limit.free > 0).toBe(limit.waitMs() === 0);
            if (limit.waitMs() === 0) {
              limit.spend();
              spent.push(clock.now());
            }
          }
          expectWithin(spent, count, perMs);
        },
      ),
    );
  });
});

describe('the venue’s limit on new connections', () => {
  const connects = { count: 3, perMs: 1000 };

  it('holds over all connections of a pool, failed dials and redials included', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({
      origins: [A, B],
      protocol: fakeProtocol({ connects }),
      maxConnections: 12,
      streamsPerConnection: 1,
    });
    const held = subscribeAll(12);
    venue.refused.add(B);
    await clock.advance(5000);
    venue.refused.clear();
    for (const connection of venue.open) connection.drop();
    await clock.advance(30_000);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    expect(venue.dials).toBeGreaterThan(20);
    expectWithin(venue.dialedAtMs, connects.count, connects.perMs);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('is shared by pools that are given the same budget, first come, first served', async () => {
    const clock = new FakeClock(1000);
    const venueBudget = new VenueBudget({ connects }, clock);
    const options = { clock, venueBudget, protocol: fakeProtocol(), streamsPerConnection: 1, maxConnections: 5 };
    const [one, other] = [setUp(options), setUp(options)];
    const held = [...one.subscribeAll(5), ...other.subscribeAll(5)];
    await clock.advance(100);
    expect(one.venue.dials + other.venue.dials).toBe(3);
    await clock.advance(10_000);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    const dials = [...one.venue.dialedAtMs, ...other.venue.dialedAtMs].sort((first, second) => first - second);
    expectWithin(dials, connects.count, connects.perMs);
    await one.pool.close();
    await other.pool.close();
    expect(venueBudget.connects?.waiting).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives its turn up when the pool closes', async () => {
    const clock = new FakeClock();
    const budget = new ConnectBudget({ count: 1, perMs: 1000 }, clock);
    const order: string[] = [];
    const take = (name: string, signal = new AbortController().signal): Promise<unknown> =>
      budget.take(signal).then(
        (ended) => {
          ended();
          order.push(name);
        },
        () => order.push(`${name} gave up`),
      );
    const leaving = new AbortController();
    void take('first');
    void take('second', leaving.signal);
    void take('third');
    leaving.abort();
    await clock.advance(1100);
    expect(order).toEqual(['first', 'second gave up', 'third']);
    expect([budget.waiting, clock.pendingTimers]).toEqual([0, 0]);
  });
});

describe('the venue’s limits on one connection', () => {
  it('bounds its streams, whatever the user allows', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({ protocol: fakeProtocol({ maxStreamsPerConnection: 5 }) });
    subscribeAll(20);
    await clock.advance(0);
    expect(venue.open.map(({ subscribed }) => subscribed.size)).toEqual([5, 5, 5, 5]);
    await pool.close();
  });

  it('bounds the bytes of a request, and still sends one stream that is too long by itself', async () => {
    const { clock, venue, pool, subscribe } = setUp({ protocol: fakeProtocol({ maxRequestBytes: 200 }) });
    const names = [...Array.from({ length: 12 }, (_, index) => `${'é'.repeat(10)}${index}`), 'x'.repeat(300)];
    for (const name of names) subscribe(name);
    await clock.advance(10);
    const { requests, subscribed } = venue.connection(0);
    expect(subscribed.size).toBe(13);
    for (const { op, streams, id } of requests)
      if (streams.length > 1) expect(Buffer.byteLength(JSON.stringify({ op, streams, id }))).toBeLessThanOrEqual(200);
    expect(requests.length).toBeLessThan(8);
    await pool.close();
  });
});

describe('a connection that has used up its requests', () => {
  const protocol = fakeProtocol({ requests: { count: 11, perMs: 3_600_000 }, maxStreamsPerRequest: 1 });

  it('takes no more streams while another one can be opened', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({ protocol, streamsPerConnection: 100 });
    const held = subscribeAll(25);
    await clock.advance(1000);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    expect(venue.open.map(({ subscribed }) => subscribed.size)).toEqual([10, 10, 5]);
    await pool.close();
  });

  it('takes them when there is no other, and asks when it may', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({ protocol, streamsPerConnection: 100, maxConnections: 1 });
    const held = subscribeAll(12);
    await clock.advance(1000);
    expect(held.filter(({ state }) => state === 'live')).toHaveLength(10);
    await clock.advance(3_700_000);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    expect(venue.dials).toBe(1);
    await pool.close();
  });
});

describe('the venue’s own signs of life', () => {
  it('sends what the venue wants to hear first, and its text pings as long as the connection is open', async () => {
    const protocol = fakeProtocol({
      greeting: () => ['{"hello":1}'],
      heartbeat: { everyMs: 1000, encode: (id) => `{"beat":${id}}` },
    });
    const { clock, venue, pool, subscribe } = setUp({ protocol });
    subscribe('s');
    await clock.advance(0);
    const connection = venue.connection(0);
    expect(connection.texts).toEqual(['{"hello":1}']);
    await clock.advance(1000);
    await clock.advance(30);
    connection.say({ kind: 'pong' });
    expect(connection.texts).toHaveLength(2);
    expect(pool.connections()[0]?.roundTripMs).toBe(30);
    expect(pool.streams.pingMs.total).toBe(1);
    await clock.advance(60_000);
    expect(connection.texts.length).toBeGreaterThan(55);
    expect(pool.stats().frames.heartbeatsSent).toBe(connection.texts.length - 1);
    connection.drop();
    const before = connection.texts.length;
    await clock.advance(5000);
    expect(connection.texts).toHaveLength(before);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('answers a ping in a text frame at once', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    subscribe('s');
    await clock.advance(0);
    venue.connection(0).say({ kind: 'ping', reply: '{"test":1}' });
    expect(venue.connection(0).texts).toEqual(['{"test":1}']);
    await pool.close();
  });

  it('uses a codec of its own for every connection where the protocol has one', async () => {
    let opened = 0;
    const plain = fakeProtocol();
    const { clock, venue, pool, subscribeAll } = setUp({
      protocol: fakeProtocol({
        decode: () => ({ kind: 'other' }),
        open: () => {
          opened += 1;
          return plain;
        },
      }),
    });
    const held = subscribeAll(20);
    await clock.advance(0);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    expect(opened).toBe(venue.open.length);
    await pool.close();
  });
});

describe('an endpoint on trial', () => {
  it('passes with the first sign of life, not only by standing', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({ origins: [A, B], cooldownMs: 5000, streamsPerConnection: 4 });
    const held = subscribeAll(8);
    await clock.advance(0);
    for (const origin of [A, B]) venue.refused.add(origin);
    for (const connection of venue.open) connection.drop();
    await clock.advance(3000);
    venue.refused.clear();
    await clock.advance(4000);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    expect(pool.stats().endpoints.some(({ state }) => state === 'up')).toBe(true);
    await pool.close();
  });
});
