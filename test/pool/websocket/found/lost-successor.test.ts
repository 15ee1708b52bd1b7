import { describe, expect, it } from 'vitest';
import { A, setUp } from '../harness.js';

describe('a replacement whose new connection is lost before it has taken over', () => {
  it.each([1, 2] as const)('goes on with another one, with %i feeds and no room to spare', async (feeds) => {
    const { clock, venue, pool, subscribeAll, of } = setUp({
      origins: [A],
      feeds,
      maxConnections: 2,
      streamsPerConnection: 2 * feeds,
      settleMs: 2000,
    });
    subscribeAll(4);
    await clock.advance(10);
    const old = venue.connection(0);
    old.say({ kind: 'leaving' });
    await clock.advance(200);
    const successor = venue.connection(2);
    // The streams are quiet, so that it has not settled yet.
    expect(successor.subscribed.size).toBeGreaterThan(0);
    successor.drop();
    await clock.advance(20_000);
    expect(of('rotated')).toHaveLength(1);
    const { searching, rotating } = pool.stats();
    expect({ searching, rotating }).toEqual({ searching: 0, rotating: 0 });
    expect([old.open, venue.open.length]).toEqual([false, 2]);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
