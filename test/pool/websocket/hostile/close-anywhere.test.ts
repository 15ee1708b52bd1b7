import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../src/base/index.js';
import { VenueBudget } from '../../../../src/pool/websocket/index.js';
import { fakeProtocol } from '../fake-venue.js';
import { A, B, setUp } from '../harness.js';

describe('a pool that is closed', () => {
  // Dial, upgrade, acknowledgement, loss, backoff, budget, rotation: whatever is under way at one of these moments.
  it.each([0, 1, 2, 3, 4, 5, 7, 10, 14, 20, 30, 45, 60])('after %i steps of its life leaves nothing', async (steps) => {
    for (const how of ['close', 'drain'] as const) {
      const protocol = fakeProtocol({ connects: { count: 3, perMs: 1000 }, maxAgeMs: 4000 });
      const { clock, venue, pool, subscribeAll } = setUp({ protocol, origins: [A, B], feeds: 2, standby: 1 });
      subscribeAll(20);
      for (let step = 0; step < steps; step += 1) {
        await clock.advance(step % 7 === 0 ? 0 : 90);
        const connection = venue.open[step % Math.max(1, venue.open.length)];
        if (step % 5 === 1) venue.hanging.add(A);
        if (step % 5 === 3) venue.hanging.delete(A);
        if (step % 4 === 2) connection?.drop();
        if (step % 9 === 5) connection?.say({ kind: 'leaving', withinMs: 300 });
      }
      const closed = how === 'close' ? pool.close() : pool.drain(500);
      await clock.advance(600);
      await closed;
      expect(venue.open).toEqual([]);
      expect(clock.pendingTimers).toBe(0);
      expect(pool.stats().gauges).toEqual({ open: 0, used: 0, pending: 0, dialing: 0 });
    }
  });

  it('while it waits for a budget that it shares leaves its turn to the other', async () => {
    const clock = new FakeClock(1000);
    const protocol = fakeProtocol({ connects: { count: 1, perMs: 1000 } });
    const venueBudget = new VenueBudget(protocol, clock);
    const settings = { clock, protocol, venueBudget, streamsPerConnection: 1 };
    const [first, second, third] = [setUp(settings), setUp(settings), setUp(settings)];
    for (const { subscribeAll } of [first, second, third]) {
      subscribeAll(1);
      await clock.advance(0);
    }
    await second.pool.close();
    await clock.advance(2500);
    expect(third.venue.open).toHaveLength(1);
    expect(second.venue.dials).toBe(0);
    expect(third.venue.dialedAtMs[0]).toBeLessThan(2300);
    for (const { pool } of [first, third]) await pool.close();
    expect(clock.pendingTimers).toBe(0);
    expect(venueBudget.connects?.waiting).toBe(0);
  });

  it('has no memory of a thousand subscriptions that came and went', async () => {
    const { clock, venue, pool, subscribe } = setUp();
    for (let cycle = 0; cycle < 1000; cycle += 1) {
      const subscription = subscribe(`s${cycle % 7}`);
      if (cycle % 3 > 0) await clock.advance(1);
      const closed = subscription.close();
      await clock.advance(1);
      await closed;
    }
    expect(pool.subscriptions()).toEqual([]);
    expect(venue.open.filter(({ subscribed }) => subscribed.size > 0)).toEqual([]);
    expect(pool.stats()).toMatchObject({ searching: 0, rotating: 0, streams: { desired: 0, acknowledged: 0 } });
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
