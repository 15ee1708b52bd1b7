import { describe, expect, it } from 'vitest';
import { type FakeConnection, fakeProtocol, nth } from './fake-venue.js';
import { A, B, setUp } from './harness.js';

const linked = { protocol: fakeProtocol({ sequenceOf: () => 'linked' as const }) };

function snapshot(connection: FakeConnection, lastId: number): void {
  connection.say({ kind: 'data', stream: 's', firstId: lastId, lastId, snapshot: true, payload: null });
}

describe('a stream that is asked for anew', () => {
  it('is unsubscribed, subscribed again, and told with its snapshot, the gap as resynchronised', async () => {
    const { clock, venue, pool, of, seen, states, subscribe } = setUp(linked);
    const held = subscribe('s');
    subscribe('other');
    await clock.advance(0);
    const connection = venue.connection(0);
    snapshot(connection, 10);
    connection.linked('s', 11, 10);
    let done = false;
    void held.resubscribe().then(() => {
      done = true;
    });
    await clock.advance(40);
    expect(connection.requests.map(({ op, streams }) => [op, ...streams])).toEqual([
      ['subscribe', 's', 'other'],
      ['unsubscribe', 's'],
      ['subscribe', 's'],
    ]);
    expect([done, held.state]).toEqual([false, 'live']);
    snapshot(connection, 15);
    await clock.advance(0);
    expect(done).toBe(true);
    expect(seen.get('s')).toEqual([10, 11, 15]);
    expect(of('gap')).toMatchObject([{ stream: 's', lastGoodId: 11, firstGoodId: 15, resynchronised: true }]);
    expect(of('resynchronised')).toMatchObject([{ stream: 's', lastId: 15, snapshot: true, tookMs: 40 }]);
    expect(states.get('other')).toEqual(['live']);
    expect(pool.stats().streams.resynchronised).toBe(1);
    await pool.close();
  });

  it('is given its snapshot though nothing has changed since', async () => {
    const { clock, venue, pool, of, seen, subscribe } = setUp(linked);
    const held = subscribe('s');
    await clock.advance(0);
    snapshot(venue.connection(0), 10);
    const done = held.resubscribe();
    await clock.advance(10);
    snapshot(venue.connection(0), 10);
    await done;
    expect(seen.get('s')).toEqual([10, 10]);
    expect(of('gap')).toEqual([]);
    await pool.close();
  });

  it('is asked for once however often that is wished', async () => {
    const { clock, venue, pool, subscribe } = setUp(linked);
    const held = subscribe('s');
    await clock.advance(0);
    expect(held.resubscribe()).toBe(held.resubscribe());
    await clock.advance(10);
    expect(venue.connection(0).requests).toHaveLength(3);
    await pool.close();
  });

  it('begins only when the old one is over, so that its messages are not taken for the new one’s', async () => {
    const { clock, venue, pool, of, subscribe } = setUp({ ...linked, maxConnections: 2, minConnections: 2 });
    const held = subscribe('s');
    await clock.advance(0);
    const first = venue.open.find(({ subscribed }) => subscribed.has('s'));
    venue.answers = false;
    void held.resubscribe();
    await clock.advance(100);
    first!.linked('s', 11, 10);
    expect(venue.open.flatMap(({ requests }) => requests.slice(1))).toMatchObject([{ op: 'unsubscribe' }]);
    expect(of('resynchronised')).toEqual([]);
    first!.answer();
    await clock.advance(0);
    for (const connection of venue.open) connection.answer();
    const second = venue.open.find(({ subscribed }) => subscribed.has('s'));
    snapshot(second!, 12);
    expect(of('resynchronised')).toMatchObject([{ lastId: 12 }]);
    await pool.close();
  });

  it('comes back when its connection breaks on the way', async () => {
    const { clock, venue, pool, of, subscribe } = setUp(linked);
    const held = subscribe('s');
    await clock.advance(0);
    venue.answers = false;
    const done = held.resubscribe();
    await clock.advance(10);
    venue.answers = true;
    nth(venue.open, 0).drop();
    await clock.advance(3000);
    snapshot(nth(venue.open, 0), 5);
    await done;
    expect(of('resynchronised')).toHaveLength(1);
    await pool.close();
  });

  it('is begun anew on both of its feeds', async () => {
    const { clock, venue, pool, of, seen, subscribe } = setUp({ ...linked, origins: [A, B], feeds: 2 });
    const held = subscribe('s');
    await clock.advance(0);
    for (const connection of venue.open) snapshot(connection, 10);
    const done = held.resubscribe();
    await clock.advance(10);
    for (const connection of venue.open) snapshot(connection, 12);
    await done;
    for (const connection of venue.open.toReversed()) connection.linked('s', 13, 12);
    expect(seen.get('s')).toEqual([10, 12, 13]);
    expect(of('resynchronised')).toHaveLength(1);
    expect(pool.subscriptions()).toMatchObject([{ connectionIds: expect.arrayContaining([1, 2]) }]);
    await pool.close();
  });

  it('ends with its subscription', async () => {
    const { clock, pool, subscribe } = setUp(linked);
    const held = subscribe('s');
    await clock.advance(0);
    const done = held.resubscribe();
    void held.close();
    await expect(done).rejects.toMatchObject({ code: 'E_STREAM_CLOSED', stream: 's' });
    await expect(held.resubscribe()).rejects.toMatchObject({ code: 'E_STREAM_CLOSED' });
    await clock.advance(100);
    expect(held.state).toBe('closed');
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
