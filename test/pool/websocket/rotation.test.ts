import { describe, expect, it } from 'vitest';
import { FakeClock, seededRandom } from '../../../src/base/index.js';
import { rotationDueMs } from '../../../src/pool/websocket/rotation-times.js';
import { fakeProtocol, nth } from './fake-venue.js';
import { A, B, setUp } from './harness.js';

const DAY_MS = 86_400_000;

describe('when to replace a connection', () => {
  const times = { maxAgeMs: 1000, beforeMs: 100, spreadMs: 200, random: seededRandom(1) };

  it('is a random moment of the time before the deadline, so that no two are replaced together', () => {
    const clock = new FakeClock();
    const due = Array.from({ length: 200 }, () => rotationDueMs(0, { ...times, clock }));
    expect(Math.min(...due)).toBeGreaterThanOrEqual(700);
    expect(Math.min(...due)).toBeLessThan(720);
    expect(Math.max(...due)).toBeLessThanOrEqual(900);
    expect(Math.max(...due)).toBeGreaterThan(880);
  });

  it('is a moment of the last window of the day that is over in time', () => {
    // Noon, on a clock of its own; the venue cuts after a day, and the user wants two to three in the morning.
    const clock = new FakeClock(5000);
    const wallClock = (): number => 100 * DAY_MS + DAY_MS / 2 + clock.now() - 5000;
    const window = { fromMs: 2 * 3_600_000, toMs: 3 * 3_600_000 };
    for (let i = 0; i < 50; i += 1) {
      const due = rotationDueMs(5000, { ...times, maxAgeMs: DAY_MS, clock, window, wallClock });
      const hour = ((due - 5000 + DAY_MS / 2) % DAY_MS) / 3_600_000;
      expect(due).toBeLessThan(5000 + DAY_MS);
      expect(hour).toBeGreaterThanOrEqual(2);
      expect(hour).toBeLessThanOrEqual(3);
    }
  });

  it('reaches over midnight when the window does', () => {
    const clock = new FakeClock();
    const window = { everyMs: 1000, fromMs: 900, toMs: 100 };
    const due = rotationDueMs(0, { ...times, maxAgeMs: 2000, clock, window, wallClock: () => clock.now() });
    expect(due).toBeGreaterThanOrEqual(1900 - 1000);
    expect(due % 1000 >= 900 || due % 1000 <= 100).toBe(true);
  });

  it('is before the deadline when no window is over by then', () => {
    const clock = new FakeClock();
    const window = { everyMs: 100_000, fromMs: 50_000, toMs: 60_000 };
    const due = rotationDueMs(0, { ...times, clock, window, wallClock: () => 0 });
    expect(due).toBeGreaterThanOrEqual(700);
    expect(due).toBeLessThanOrEqual(900);
  });
});

describe('make before break', () => {
  const aging = { protocol: fakeProtocol({ maxAgeMs: 24_000 }), settleMs: 500 };

  it('leaves the old connection only when the new one is acknowledged and brings data', async () => {
    const { clock, venue, pool, of, seen, states, subscribe } = setUp(aging);
    subscribe('s');
    await clock.advance(0);
    venue.connection(0).data('s', 1);
    await clock.advance(21_000);
    venue.answers = false;
    while (venue.dials < 2) await clock.advance(10);
    expect(of('rotating')).toMatchObject([{ connectionId: 1, cause: 'age' }]);
    const [old, successor] = [venue.connection(0), venue.connection(1)];
    expect(successor.requests.map(({ op }) => op)).toEqual(['subscribe']);
    old.data('s', 2);
    successor.answer();
    await clock.advance(100);
    expect(old.requests.map(({ op }) => op)).toEqual(['subscribe']);
    for (const connection of [old, successor]) connection.data('s', 3);
    await clock.advance(1);
    // Nothing is asked of it any more: all it has to do is to close.
    expect([old.requests.length, old.open]).toEqual([1, false]);
    for (const id of [4, 5]) successor.data('s', id);
    expect(seen.get('s')).toEqual([1, 2, 3, 4, 5]);
    expect(states.get('s')).toEqual(['live']);
    expect(of('closed')).toMatchObject([{ connectionId: 1, reason: 'lifetime' }]);
    expect(of('rotated')).toMatchObject([{ connectionId: 1 }]);
    expect(pool.stats().streams).toMatchObject({ duplicates: 1, repeated: 0, gaps: 0, resubscriptions: 0 });
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('waits for a quiet stream no longer than it takes to settle', async () => {
    const { clock, venue, pool, subscribe } = setUp(aging);
    subscribe('quiet');
    await clock.advance(24_000);
    expect(venue.connection(0).open).toBe(false);
    expect([...venue.connection(1).subscribed]).toEqual(['quiet']);
    const { desired, acknowledged } = pool.stats().streams.integralsMs;
    expect(acknowledged).toBe(desired);
    await pool.close();
  });

  it('holds what the new connection brings early until the old one has caught up', async () => {
    const { clock, venue, pool, seen, subscribe } = setUp(aging);
    subscribe('s');
    await clock.advance(0);
    venue.connection(0).data('s', 1);
    venue.connection(0).say({ kind: 'leaving', withinMs: 5000 });
    await clock.advance(10);
    const [old, successor] = [venue.connection(0), venue.connection(1)];
    for (const id of [4, 5]) successor.data('s', id);
    expect(seen.get('s')).toEqual([1]);
    for (const id of [2, 3]) old.data('s', id);
    expect(seen.get('s')).toEqual([1, 2, 3, 4, 5]);
    expect(pool.stats().streams.gaps).toBe(0);
    await pool.close();
  });

  it('does so too where ids only rise, until the new connection is seen to reach back to what is known', async () => {
    const protocol = fakeProtocol({ sequenceOf: () => 'rising' });
    const { clock, venue, pool, of, seen, subscribe } = setUp({ protocol, mergeWaitMs: 100 });
    subscribe('s');
    await clock.advance(0);
    venue.connection(0).data('s', 10);
    venue.connection(0).say({ kind: 'leaving' });
    await clock.advance(10);
    const [old, successor] = [venue.connection(0), venue.connection(1)];
    for (const id of [40, 50]) successor.data('s', id);
    for (const id of [20, 30]) old.data('s', id);
    expect(seen.get('s')).toEqual([10, 20, 30]);
    for (const id of [40, 50]) old.data('s', id);
    successor.data('s', 60);
    expect(seen.get('s')).toEqual([10, 20, 30, 40, 50, 60]);
    expect(of('gap')).toEqual([]);
    await pool.close();
  });

  it('tells a possible gap where ids only rise and the old connection does not catch up in time', async () => {
    const protocol = fakeProtocol({ sequenceOf: () => 'rising' });
    const { clock, venue, pool, of, seen, subscribe } = setUp({ protocol, mergeWaitMs: 100 });
    subscribe('s');
    await clock.advance(0);
    venue.connection(0).data('s', 10);
    venue.connection(0).say({ kind: 'leaving' });
    await clock.advance(10);
    for (const id of [40, 50]) venue.connection(1).data('s', id);
    await clock.advance(100);
    venue.connection(0).data('s', 20);
    expect(seen.get('s')).toEqual([10, 40, 50]);
    expect(of('gap')).toMatchObject([{ lastGoodId: 10, firstGoodId: 40, unknownLoss: true }]);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('tells the gap when the old connection is cut before it has caught up', async () => {
    const { clock, venue, pool, of, seen, subscribe } = setUp(aging);
    subscribe('s');
    await clock.advance(0);
    venue.connection(0).data('s', 1);
    venue.connection(0).say({ kind: 'leaving' });
    await clock.advance(10);
    for (const id of [4, 5]) venue.connection(1).data('s', id);
    venue.connection(0).drop();
    expect(seen.get('s')).toEqual([1, 4, 5]);
    expect(of('gap')).toMatchObject([{ lastGoodId: 1, firstGoodId: 4, cause: 'connection' }]);
    await pool.close();
  });

  it('keeps the old connection as long as it lives while the new one fails', async () => {
    const { clock, venue, pool, states, subscribe } = setUp(aging);
    subscribe('s');
    await clock.advance(0);
    venue.refused.add(A);
    venue.connection(0).say({ kind: 'leaving' });
    await clock.advance(3000);
    expect(venue.connection(0).open).toBe(true);
    venue.refused.clear();
    venue.answers = false;
    await clock.advance(3000);
    nth(venue.open, 1).drop();
    await clock.advance(1000);
    expect(states.get('s')).toEqual(['live']);
    venue.answers = true;
    nth(venue.open, 1).answer();
    await clock.advance(1000);
    expect(venue.connection(0).open).toBe(false);
    expect(states.get('s')).toEqual(['live']);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('replaces connections one at a time, with one more than the most', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({ ...aging, maxConnections: 3, streamsPerConnection: 4 });
    subscribeAll(12);
    await clock.advance(0);
    for (const connection of venue.open) connection.say({ kind: 'leaving' });
    let most = 0;
    for (let elapsed = 0; elapsed < 5000; elapsed += 10) {
      await clock.advance(10);
      most = Math.max(most, venue.open.length);
    }
    expect(most).toBe(4);
    expect(venue.connections.slice(0, 3).map(({ open }) => open)).toEqual([false, false, false]);
    expect(pool.stats().streams).toMatchObject({ acknowledged: 12, resubscriptions: 0 });
    await pool.close();
  });

  it('puts nothing more on a connection that waits for its turn to be replaced', async () => {
    const { clock, venue, pool, subscribe, subscribeAll } = setUp({ ...aging, minConnections: 2, maxConnections: 2 });
    await pool.start();
    subscribeAll(4);
    await clock.advance(0);
    const noticed = venue.open;
    venue.answers = false;
    for (const connection of noticed) connection.say({ kind: 'leaving' });
    await clock.advance(10);
    subscribe('late');
    await clock.advance(10);
    expect(noticed.flatMap(({ requests }) => requests.map(({ op }) => op))).toEqual(['subscribe', 'subscribe']);
    expect(nth(venue.open, 2).requests.flatMap(({ streams }) => streams)).toContain('late');
    await pool.close();
  });

  it('does not use an idle connection that the venue is about to close', async () => {
    const { clock, venue, pool, subscribe } = setUp({ ...aging, minConnections: 1 });
    await pool.start();
    await clock.advance(0);
    venue.connection(0).say({ kind: 'leaving' });
    const held = subscribe('s');
    await clock.advance(200);
    expect(held.state).toBe('live');
    expect(venue.connection(0).requests).toEqual([]);
    expect(venue.connection(0).open).toBe(false);
    await pool.close();
  });

  it('opens a connection for a stream that comes while all others wait for their end', async () => {
    const { clock, venue, pool, subscribe, subscribeAll } = setUp({ ...aging, maxConnections: 1 });
    subscribeAll(2);
    await clock.advance(0);
    venue.refused.add(A);
    venue.connection(0).say({ kind: 'leaving' });
    await clock.advance(100);
    venue.refused.clear();
    const held = subscribe('late');
    await clock.advance(5000);
    expect(held.state).toBe('live');
    expect(venue.connection(0).open).toBe(false);
    expect(venue.connection(1).subscribed).toEqual(new Set(['s0', 's1', 'late']));
    await pool.close();
  });

  it('takes a connection that is kept ready at once', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({ ...aging, standby: 1 });
    subscribeAll(2);
    await clock.advance(0);
    expect(pool.stats()).toMatchObject({ standby: 1, gauges: { open: 2 } });
    venue.refused.add(A);
    venue.connection(0).say({ kind: 'leaving' });
    await clock.advance(600);
    expect(venue.connection(0).open).toBe(false);
    expect(pool.stats().streams).toMatchObject({ acknowledged: 2, resubscriptions: 0 });
    await pool.close();
  });

  it('does not wait for ever for a venue that does not answer the last request', async () => {
    const { clock, venue, pool, subscribe } = setUp(aging);
    subscribe('s');
    await clock.advance(0);
    const old = venue.connection(0);
    old.say({ kind: 'leaving' });
    await clock.advance(0);
    venue.answers = false;
    await clock.advance(5000);
    expect(old.open).toBe(false);
    expect(pool.stats().rotating).toBe(0);
    await pool.close();
  });

  it('moves connections back to an endpoint that is in service again', async () => {
    const { clock, venue, pool, subscribeAll } = setUp({ origins: [A, B], streamsPerConnection: 4 });
    const held = subscribeAll(16);
    await clock.advance(0);
    venue.refused.add(A);
    for (const connection of venue.open) if (connection.origin === A) connection.drop();
    await clock.advance(1000);
    expect(venue.open.map(({ origin }) => origin)).toEqual([B, B, B, B]);
    venue.refused.clear();
    await clock.advance(30_000);
    const carrying = venue.open.filter(({ subscribed }) => subscribed.size > 0).map(({ origin }) => origin);
    expect(carrying.sort()).toEqual([A, A, B, B]);
    expect(held.every(({ state }) => state === 'live')).toBe(true);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
