import { expect, it } from 'vitest';
import { fakeProtocol } from '../fake-venue.js';
import { setUp } from '../harness.js';

const MAX_EMPTY_MS = 5000;

it('a connection that was empty before it was kept ready is replaced as early as if it had been kept from then on', async () => {
  const { clock, venue, pool, subscribeAll } = setUp({
    standby: 1,
    streamsPerConnection: 1,
    protocol: fakeProtocol({ maxEmptyMs: MAX_EMPTY_MS }),
  });
  const [, second] = subscribeAll(2);
  await clock.advance(1000);
  const emptied = venue.open.find(({ subscribed }) => subscribed.has('s1'));
  await second?.close();
  const emptySinceMs = clock.now();
  await clock.advance(2500);
  expect(emptied?.subscribed.size).toBe(0);
  for (const connection of venue.open)
    if (connection !== emptied && connection.subscribed.size === 0) connection.drop();
  await clock.advance(0);
  expect(pool.connections().map(({ role }) => role)).toEqual(['serving', 'standby']);
  await clock.advance(emptySinceMs + 0.9 * MAX_EMPTY_MS - clock.now());
  expect(venue.open.some((connection) => connection === emptied)).toBe(false);
  expect(pool.stats().standby).toBe(1);
  await pool.close();
});
