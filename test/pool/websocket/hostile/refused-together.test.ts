import { expect, it } from 'vitest';
import { setUp } from '../harness.js';

it('streams that are refused together for the moment do not come back together', async () => {
  const { clock, venue, pool, subscribeAll } = setUp({ backoff: { initialMs: 1000, maxMs: 8000 } });
  subscribeAll(8);
  await clock.advance(100);
  for (let index = 0; index < 8; index += 1) venue.refuses.add(`s${index}`);
  venue.connection(0).drop();
  for (let passed = 0; passed < 10_000; passed += 5) await clock.advance(5);
  const asked = new Map<number, number>();
  // The first two rounds are the whole batch and its parts.
  for (const { atMs, streams } of venue.connection(1).requests.slice(9))
    asked.set(atMs, (asked.get(atMs) ?? 0) + streams.length);
  expect(asked.size).toBeGreaterThan(8);
  expect(Math.max(...asked.values())).toBeLessThan(4);
  venue.refuses.clear();
  await clock.advance(20_000);
  expect(venue.connection(1).subscribed.size).toBe(8);
  await pool.close();
  expect(clock.pendingTimers).toBe(0);
});
