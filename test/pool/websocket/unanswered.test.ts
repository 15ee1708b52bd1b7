import { describe, expect, it } from 'vitest';
import { fakeProtocol, nth } from './fake-venue.js';
import { setUp } from './harness.js';

describe('a stream that is never acknowledged on a connection', () => {
  it('is told after the tries that it has, and carried by another connection, the others staying where they are', async () => {
    const { clock, venue, pool, of, subscribe } = setUp({ protocol: fakeProtocol({ maxStreamsPerRequest: 1 }) });
    venue.born = ({ ignores }) => {
      if (venue.connections.length === 1) ignores.add('s1');
    };
    const held = ['s0', 's1', 's2'].map((stream) => subscribe(stream));
    await clock.advance(2999);
    expect(held.map(({ state }) => state)).toEqual(['live', 'pending', 'live']);
    expect(of('unanswered')).toEqual([]);
    await clock.advance(1);
    expect(of('unanswered')).toEqual([{ kind: 'unanswered', stream: 's1', connectionId: 1, atMs: 4000, tries: 3 }]);
    await clock.advance(10);
    expect(held.map(({ state }) => state)).toEqual(['live', 'live', 'live']);
    expect(venue.open.map(({ subscribed }) => Array.from(subscribed))).toEqual([['s0', 's2'], ['s1']]);
    expect(pool.stats().streams.unanswered).toBe(1);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('is asked for again and again where there is no other connection, and told each time', async () => {
    const { clock, venue, pool, of, subscribe } = setUp({ maxConnections: 1 });
    venue.born = ({ ignores }) => void ignores.add('s');
    const held = subscribe('s');
    await clock.advance(9000);
    expect(of('unanswered').map(({ atMs, tries }) => [atMs, tries])).toEqual([
      [4000, 3],
      [7000, 6],
      [10_000, 9],
    ]);
    venue.connection(0).ignores.clear();
    await clock.advance(1000);
    expect(held.state).toBe('live');
    await pool.close();
  });

  it('wanders from one connection to the next, and is on one at a time, while none of them answers', async () => {
    const { clock, venue, pool, of, subscribe } = setUp({ maxConnections: 3, streamsPerConnection: 2 });
    venue.born = ({ ignores }) => void ignores.add('s');
    const held = subscribe('s');
    for (let elapsed = 0; elapsed < 60_000; elapsed += 500) {
      await clock.advance(500);
      expect(pool.connections().length).toBeLessThanOrEqual(3);
      expect(pool.stats().searching).toBeLessThanOrEqual(1);
    }
    expect(new Set(of('unanswered').map(({ connectionId }) => connectionId)).size).toBeGreaterThan(1);
    for (const { ignores } of venue.open) ignores.clear();
    venue.born = () => {};
    await clock.advance(10_000);
    expect(held.state).toBe('live');
    expect(venue.open.flatMap(({ subscribed }) => Array.from(subscribed))).toEqual(['s']);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('loses nothing when its data come all the same', async () => {
    const { clock, venue, pool, seen, of, subscribe } = setUp();
    venue.born = ({ ignores }) => {
      if (venue.connections.length === 1) ignores.add('s');
    };
    subscribe('s');
    await clock.advance(0);
    let id = 0;
    for (let elapsed = 0; elapsed < 6000; elapsed += 100) {
      id += 1;
      venue.connection(0).data('s', id);
      for (const other of venue.open.slice(1)) if (other.subscribed.has('s')) other.data('s', id);
      await clock.advance(100);
    }
    expect(seen.get('s')).toEqual(Array.from({ length: id }, (_, index) => index + 1));
    expect(of('unanswered').map(({ connectionId }) => connectionId)).toEqual([1]);
    expect(pool.subscriptions()).toMatchObject([{ state: 'live', connectionIds: [2] }]);
    await pool.close();
  });
});

describe('the end of a stream that is never acknowledged', () => {
  it('is taken for granted after the tries that it has', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    const held = subscribe('s');
    await clock.advance(0);
    venue.connection(0).ignores.add('s');
    let over = false;
    void held.close().then(() => {
      over = true;
    });
    await clock.advance(2999);
    expect(over).toBe(false);
    await clock.advance(1);
    expect([over, held.state]).toEqual([true, 'closed']);
    venue.connection(0).data('s', 1);
    expect(pool.stats().frames.strays).toBe(1);
    await pool.close();
  });

  it('is no proof that nothing is missing: what comes over the next connection tells a gap where ids cannot', async () => {
    const { clock, venue, pool, of, subscribe } = setUp({
      protocol: fakeProtocol({ sequenceOf: () => 'rising' }),
      settleMs: 100,
    });
    subscribe('s');
    await clock.advance(0);
    venue.connection(0).data('s', 1);
    venue.connection(0).ignores.add('s');
    // Nothing comes any more, answers neither, though pings are answered.
    venue.connection(0).say({ kind: 'leaving' });
    await clock.advance(20_000);
    nth(venue.open, 0).data('s', 9);
    expect(of('gap')).toMatchObject([{ lastGoodId: 1, firstGoodId: 9, unknownLoss: true }]);
    await pool.close();
  });
});

describe('an answer about some of the streams of a request', () => {
  it('settles those, and only the others are asked for again', async () => {
    const { clock, venue, pool, subscribeAll } = setUp();
    venue.answers = false;
    const held = subscribeAll(3);
    await clock.advance(0);
    const connection = venue.connection(0);
    const { id } = nth(connection.requests, 0);
    connection.say({ kind: 'partial', id, stream: 's1' });
    expect(held.map(({ state }) => state)).toEqual(['pending', 'live', 'pending']);
    await clock.advance(1000);
    expect(nth(connection.requests, 1).streams).toEqual(['s0', 's2']);
    connection.say({ kind: 'partial', id: nth(connection.requests, 1).id, stream: 's0' });
    connection.say({ kind: 'partial', id, stream: 's2' });
    expect(held.map(({ state }) => state)).toEqual(['live', 'live', 'live']);
    await clock.advance(5000);
    expect(connection.requests).toHaveLength(2);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses those that the venue left out, and no others', async () => {
    const { clock, venue, pool, subscribeAll } = setUp();
    venue.answers = false;
    const held = subscribeAll(3);
    await clock.advance(0);
    const { id } = nth(venue.connection(0).requests, 0);
    venue.connection(0).say({ kind: 'ack', id, ok: true, accepts: ['s2', 's0'] });
    await expect(held[1]!.acknowledged).rejects.toMatchObject({
      code: 'E_STREAM_REJECTED',
      message: 's1 was refused: left out of the answer',
    });
    expect(held.map(({ state }) => state)).toEqual(['live', 'closed', 'live']);
    await pool.close();
  });
});
