import { describe, expect, it } from 'vitest';
import { type FakeConnection, fakeProtocol, nth } from './fake-venue.js';
import { setUp } from './harness.js';

const STREAMS = 16;
const EVERY_MS = 5;

describe('a connection that the venue is about to close', () => {
  // Stream by stream, the requests to unsubscribe once used up the limit: the last ones left a second later, and the
  // next connection had to wait for that.
  it.each(['contiguous', 'rising'] as const)(
    'is left as soon as all its streams are carried elsewhere, whatever requests may leave a second: %s',
    async (rule) => {
      const protocol = fakeProtocol({ requests: { count: 5, perMs: 1000 }, sequenceOf: () => rule });
      const { clock, venue, pool, subscribeAll, seen, of } = setUp({ protocol, maxConnections: 2, minConnections: 2 });
      await pool.start();
      subscribeAll(STREAMS);
      await clock.advance(2000);
      const old = venue.open;
      expect(old).toHaveLength(2);
      let lastId = 0;
      /** A message of one stream after the other, wherever it is carried. */
      const trade = async (ms: number): Promise<void> => {
        for (let passed = 0; passed < ms; passed += EVERY_MS) {
          lastId += 1;
          const stream = `s${lastId % STREAMS}`;
          const carried = ({ subscribed }: FakeConnection): boolean => subscribed.has(stream);
          for (const connection of venue.open.filter(carried)) connection.data(stream, Math.ceil(lastId / STREAMS));
          await clock.advance(EVERY_MS);
        }
      };
      await trade(200);
      for (const connection of old) connection.say({ kind: 'leaving', withinMs: 500 });
      await trade(400);
      expect(old.map(({ open }) => open)).toEqual([false, false]);
      expect(of('rotated')).toHaveLength(2);
      await trade(200);
      expect(of('gap')).toEqual([]);
      for (const ids of seen.values()) expect(ids).toEqual(Array.from(ids, (_, index) => nth(ids, 0) + index));
      await pool.close();
    },
  );

  it('is asked to let go of streams without numbers, so that nothing of them is cut off', async () => {
    const protocol = fakeProtocol({ sequenceOf: () => 'none' });
    const { clock, venue, pool, subscribeAll } = setUp({ protocol, settleMs: 100 });
    subscribeAll(2);
    await clock.advance(1000);
    const old = venue.connection(0);
    old.say({ kind: 'leaving', withinMs: 5000 });
    await clock.advance(1000);
    expect(old.open).toBe(false);
    expect(old.requests.filter(({ op }) => op === 'unsubscribe').flatMap(({ streams }) => streams)).toHaveLength(2);
    await pool.close();
  });
});
