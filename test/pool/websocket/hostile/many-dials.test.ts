import { expect, it } from 'vitest';
import { fakeProtocol } from '../fake-venue.js';
import { setUp } from '../harness.js';

it('opens no more connections than its streams need where the venue limits how fast they may be opened', async () => {
  const protocol = fakeProtocol({ connects: { count: 5, perMs: 1000 } });
  const { clock, venue, pool, subscribeAll } = setUp({ protocol, maxConnections: 100, streamsPerConnection: 2 });
  subscribeAll(40);
  for (let passed = 0; passed < 10_000; passed += 50) await clock.advance(50);
  expect(venue.open).toHaveLength(20);
  expect(venue.dials).toBe(20);
  expect(pool.stats()).toMatchObject({ idle: 0, searching: 0 });
  await pool.close();
  expect(clock.pendingTimers).toBe(0);
});
