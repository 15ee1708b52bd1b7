import { describe, expect, it } from 'vitest';
import { fakeProtocol, nth } from './fake-venue.js';
import { A, B, setUp } from './harness.js';

describe('a stream that the venue acknowledged and sends no data of', () => {
  it('is asked for on another connection, and comes back without an interruption of the others', async () => {
    const { clock, venue, pool, of, states, seen, subscribe } = setUp({ settleMs: 300 });
    const held = subscribe('stalled', { staleAfterMs: 2000 });
    subscribe('fine');
    await clock.advance(0);
    venue.connection(0).data('stalled', 1);
    await clock.advance(2000);
    expect(held.state).toBe('stale');
    expect(of('stale')).toMatchObject([{ stream: 'stalled', sinceMs: 1000, atMs: 3000 }]);
    await clock.advance(0);
    expect([...venue.connection(1).subscribed]).toEqual(['stalled']);
    venue.connection(1).data('stalled', 2);
    await clock.advance(0);
    expect(held.state).toBe('live');
    expect(states.get('stalled')).toEqual(['live', 'stale', 'live']);
    expect(states.get('fine')).toEqual(['live']);
    expect(seen.get('stalled')).toEqual([1, 2]);
    expect(venue.connection(0).subscribed).toEqual(new Set(['fine']));
    expect(pool.stats().streams).toMatchObject({ stale: 0, integralsMs: { stale: 0 } });
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('is asked for at another endpoint, if there is one', async () => {
    const { clock, venue, pool, subscribe } = setUp({ origins: [A, B], minConnections: 2, settleMs: 300 });
    const held = [subscribe('one', { staleAfterMs: 2000 }), subscribe('other', { staleAfterMs: 2000 })];
    await clock.advance(0);
    const where = () => held.map(({ stream }) => venue.open.find(({ subscribed }) => subscribed.has(stream))?.origin);
    expect(where()).toEqual([A, B]);
    for (let elapsed = 0; elapsed < 4000; elapsed += 100) {
      venue.connection(1).data('other', elapsed + 1);
      for (const connection of venue.open) if (connection.origin === B) connection.data('one', elapsed + 1);
      await clock.advance(100);
    }
    expect(where()).toEqual([B, B]);
    expect(venue.connections).toHaveLength(2);
    await pool.close();
  });

  it('is asked for less and less often while it stays silent', async () => {
    const { clock, venue, pool, subscribe } = setUp({ settleMs: 100 });
    subscribe('silent', { staleAfterMs: 1000 });
    await clock.advance(64_000);
    const asked = venue.connections
      .flatMap(({ requests }) => requests)
      .filter(({ op }) => op === 'subscribe')
      .map(({ atMs }) => atMs - 1000);
    expect(asked.sort((one, other) => one - other)).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 63_000]);
    await pool.close();
  });

  it('is unsubscribed and subscribed again where there is no other connection', async () => {
    const { clock, venue, pool, of, seen, subscribe } = setUp({
      maxConnections: 1,
      protocol: fakeProtocol({ sequenceOf: () => 'rising' }),
    });
    subscribe('stalled', { staleAfterMs: 2000 });
    await clock.advance(0);
    venue.connection(0).data('stalled', 1);
    await clock.advance(2001);
    expect(venue.connection(0).requests.map(({ op }) => op)).toEqual(['subscribe', 'unsubscribe', 'subscribe']);
    venue.connection(0).data('stalled', 9);
    expect(seen.get('stalled')).toEqual([1, 9]);
    expect(of('gap')).toMatchObject([{ lastGoodId: 1, firstGoodId: 9, unknownLoss: true }]);
    await pool.close();
  });

  it('is not looked for while its connection is lost, nor before it was acknowledged', async () => {
    const { clock, venue, pool, of, subscribe } = setUp();
    venue.answers = false;
    const held = subscribe('s', { staleAfterMs: 500 });
    await clock.advance(800);
    expect([held.state, of('stale').length]).toEqual(['pending', 0]);
    venue.connection(0).answer();
    venue.connection(0).drop();
    await clock.advance(900);
    expect([held.state, of('stale').length]).toEqual(['recovering', 0]);
    nth(venue.open, 0).answer();
    await clock.advance(501);
    expect(held.state).toBe('stale');
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('integrates the time that it was stale, and counts it as acknowledged', async () => {
    const { clock, venue, pool, subscribe } = setUp({ maxConnections: 2 });
    subscribe('s', { staleAfterMs: 1000 });
    await clock.advance(0);
    venue.connection(0).data('s', 1);
    venue.answers = false;
    await clock.advance(1700);
    venue.connection(0).data('s', 2);
    await clock.advance(300);
    expect(pool.stats().streams.integralsMs).toEqual({ desired: 2000, acknowledged: 2000, stale: 700 });
    await pool.close();
  });
});
