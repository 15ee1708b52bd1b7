import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeProtocol, type FakeVenue, nth } from './fake-venue.js';
import { A, B, setUp } from './harness.js';

/** The connections that carry streams: their endpoint, and how many. */
function loads({ open }: FakeVenue): string[] {
  const carrying = open.filter(({ subscribed }) => subscribed.size > 0);
  return carrying.map(({ origin, subscribed }) => `${origin} ${subscribed.size}`).sort();
}

describe('two feeds', () => {
  const options = { origins: [A, B], feeds: 2 as const, mergeWaitMs: 100 };

  it('carries every stream on both endpoints', async () => {
    const { clock, venue, pool, subscribeAll } = setUp(options);
    subscribeAll(10);
    await clock.advance(0);
    expect(loads(venue)).toEqual([`${A} 10`, `${B} 10`]);
    expect(pool.stats().streams).toMatchObject({ desired: 10, acknowledged: 10 });
    await pool.close();
  });

  it('loses nothing, repeats nothing and is never interrupted when either of them dies', async () => {
    for (const dead of [0, 1]) {
      const { clock, venue, pool, of, states, seen, subscribe } = setUp(options);
      subscribe('s');
      await clock.advance(0);
      for (let id = 1; id <= 100; id += 1) {
        for (const connection of venue.open) connection.data('s', id);
        if (id === 50) venue.connection(dead).drop();
        await clock.advance(1);
      }
      expect(seen.get('s')).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
      expect(states.get('s')).toEqual(['live']);
      expect(of('gap')).toEqual([]);
      await clock.advance(20_000);
      expect(loads(venue)).toEqual([`${A} 1`, `${B} 1`]);
      await pool.close();
      expect(clock.pendingTimers).toBe(0);
    }
  });

  it('fills what one of them leaves out from the other, in order', async () => {
    const { clock, venue, pool, of, seen, subscribe } = setUp(options);
    subscribe('s');
    await clock.advance(0);
    const [first, second] = [venue.connection(0), venue.connection(1)];
    for (const connection of [first, second]) connection.data('s', 1);
    for (const id of [3, 4]) first.data('s', id);
    expect(seen.get('s')).toEqual([1]);
    for (const id of [2, 3, 4, 5]) second.data('s', id);
    expect(seen.get('s')).toEqual([1, 2, 3, 4, 5]);
    expect(of('gap')).toEqual([]);
    expect(pool.stats().streams).toMatchObject({ duplicates: 3, repeated: 0 });
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('tells the gap once, when both left the same out or the other brings nothing in time', async () => {
    const { clock, venue, pool, of, seen, subscribe } = setUp(options);
    subscribe('s');
    await clock.advance(0);
    const [first, second] = [venue.connection(0), venue.connection(1)];
    for (const connection of [first, second]) connection.data('s', 1);
    for (const connection of [first, second]) connection.data('s', 3);
    expect(seen.get('s')).toEqual([1, 3]);
    first.data('s', 6);
    await clock.advance(99);
    expect(seen.get('s')).toEqual([1, 3]);
    await clock.advance(1);
    expect(seen.get('s')).toEqual([1, 3, 6]);
    expect(of('gap')).toMatchObject([
      { lastGoodId: 1, firstGoodId: 3 },
      { lastGoodId: 3, firstGoodId: 6 },
    ]);
    await pool.close();
  });

  it('goes on with both on one endpoint while the other is out, and spreads again', async () => {
    const { clock, venue, pool, subscribeAll } = setUp(options);
    subscribeAll(4);
    await clock.advance(0);
    venue.refused.add(A);
    nth(
      venue.open.filter(({ origin }) => origin === A),
      0,
    ).drop();
    await clock.advance(3000);
    const carrying = () => venue.open.filter(({ subscribed }) => subscribed.size === 4).map(({ origin }) => origin);
    expect(carrying()).toEqual([B, B]);
    venue.refused.clear();
    await clock.advance(20_000);
    expect(carrying().sort()).toEqual([A, B]);
    await pool.close();
  });

  it('are one stream whatever each of them loses, while they do not lose the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('both', 'first', 'second', 'secondLate'), { minLength: 1, maxLength: 60 }),
        async (course) => {
          const { clock, venue, pool, of, seen, subscribe } = setUp(options);
          subscribe('s');
          await clock.advance(0);
          const [first, second] = [venue.connection(0), venue.connection(1)];
          for (const connection of [first, second]) connection.data('s', 1);
          course.forEach((step, index) => {
            if (step !== 'second') first.data('s', index + 2);
            second.stalled = step === 'secondLate' || (second.stalled && step !== 'both');
            if (!second.stalled) second.flow();
            if (step !== 'first') second.data('s', index + 2);
          });
          second.flow();
          for (const connection of [first, second]) connection.data('s', course.length + 2);
          await clock.advance(200);
          expect(seen.get('s')).toEqual(Array.from({ length: course.length + 2 }, (_, index) => index + 1));
          expect(of('gap')).toEqual([]);
          await pool.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('deliver one of them where there are no ids to tell them apart, and say so when they change over', async () => {
    const { clock, venue, pool, of, seen, subscribe } = setUp({
      ...options,
      protocol: fakeProtocol({ sequenceOf: () => 'none' }),
    });
    subscribe('s');
    await clock.advance(0);
    for (let i = 0; i < 3; i += 1) for (const connection of venue.open) connection.data('s', 0);
    expect(seen.get('s')).toHaveLength(3);
    venue.connection(0).drop();
    venue.connection(1).data('s', 0);
    expect(seen.get('s')).toHaveLength(4);
    expect(of('gap')).toMatchObject([{ unknownLoss: true, cause: 'connection' }]);
    await pool.close();
  });
});

describe('a connection kept ready', () => {
  it('takes the streams of a lost one at once, without a dial, and is replaced', async () => {
    const { clock, venue, pool, of, subscribeAll } = setUp({ standby: 1, streamsPerConnection: 4, maxConnections: 3 });
    const held = subscribeAll(8);
    await clock.advance(0);
    expect(pool.stats()).toMatchObject({ standby: 1, gauges: { open: 3 } });
    const lost = nth(
      venue.open.filter(({ subscribed }) => subscribed.size === 4),
      0,
    );
    venue.refused.add(A);
    const atMs = clock.now();
    lost.drop();
    await clock.advance(0);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    expect(of('recovered').map((event) => event.atMs)).toEqual([atMs, atMs, atMs, atMs]);
    expect(pool.stats().standby).toBe(0);
    venue.refused.clear();
    await clock.advance(5000);
    expect(pool.stats()).toMatchObject({ standby: 1, gauges: { open: 3 } });
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('takes them rather than others that have room, so that the load stays even', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({ standby: 1, minConnections: 2, maxConnections: 3 });
    subscribeAll(12);
    await clock.advance(0);
    expect(venue.open.map(({ subscribed }) => subscribed.size).sort((one, other) => one - other)).toEqual([0, 6, 6]);
    venue.refused.add(A);
    nth(
      venue.open.filter(({ subscribed }) => subscribed.size === 6),
      0,
    ).drop();
    await clock.advance(0);
    expect(venue.open.map(({ subscribed }) => subscribed.size)).toEqual([6, 6]);
    await pool.close();
  });

  it('is there after the start, before any stream, and proves that it works', async () => {
    const { clock, venue, pool } = setUp({ standby: 2 });
    await pool.start();
    await clock.advance(0);
    expect(pool.connections().map(({ role }) => role)).toEqual(['standby', 'standby']);
    expect(venue.open.map(({ pings }) => pings)).toEqual([1, 1]);
    await pool.close();
  });

  it('is replaced when the venue is about to cut it for carrying nothing', async () => {
    const { clock, venue, pool } = setUp({ standby: 1, protocol: fakeProtocol({ maxEmptyMs: 5000 }) });
    await pool.start();
    await clock.advance(60_000);
    expect(venue.open).toHaveLength(1);
    for (const connection of venue.open) expect(connection.bornAtMs).toBeGreaterThan(clock.now() - 5000);
    expect(venue.dials).toBeGreaterThan(12);
    expect(venue.dials).toBeLessThan(22);
    await pool.close();
  });
});

describe('orphans', () => {
  it('are spread over the living connections before a new one is up, least loaded first', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({
      streamsPerConnection: 100,
      maxConnections: 4,
      minConnections: 4,
    });
    await pool.start();
    const held = subscribeAll(4);
    await clock.advance(0);
    held.push(...Array.from({ length: 296 }, (_, index) => pool.subscribe(`more${index}`, { onMessage: () => {} })));
    await clock.advance(0);
    venue.refused.add(A);
    const lost = nth(
      venue.open.filter(({ subscribed }) => subscribed.size > 0),
      0,
    );
    lost.drop();
    await clock.advance(0);
    const loads = venue.open.map(({ subscribed }) => subscribed.size);
    expect(loads.reduce((sum, load) => sum + load, 0)).toBe(300);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    expect(Math.max(...loads)).toBeLessThanOrEqual(100);
    await pool.close();
  });
});
