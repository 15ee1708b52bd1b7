import { describe, expect, it } from 'vitest';
import { fakeProtocol } from '../fake-venue.js';
import { setUp } from '../harness.js';

const CONNECTIONS = 50;
const WITHIN_MS = 30_000;
const CONNECTS = { count: 5, perMs: 1000 };

/** A pool with fifty connections of two streams each, all of which the venue is about to close. */
async function noticed(maxConnections: number) {
  const protocol = fakeProtocol({ connects: CONNECTS });
  const world = setUp({ protocol, maxConnections, streamsPerConnection: 2 });
  const { clock, venue, subscribeAll } = world;
  subscribeAll(2 * CONNECTIONS);
  for (let passed = 0; passed < 15_000; passed += 50) await clock.advance(50);
  const old = venue.open;
  expect(old).toHaveLength(CONNECTIONS);
  return { ...world, old };
}

describe('a notice of the venue to all connections at once', () => {
  it.each([100, CONNECTIONS])('interrupts no quiet stream of those on %i connections at most', async (max) => {
    const { clock, venue, pool, old, states } = await noticed(max);
    const dialledBefore = venue.dialedAtMs.length;
    for (const connection of old) connection.say({ kind: 'leaving', withinMs: WITHIN_MS });
    let most = 0;
    for (let passed = 0; passed < WITHIN_MS; passed += 50) {
      await clock.advance(50);
      most = Math.max(most, venue.open.length);
    }
    for (const connection of old) connection.drop(1001);
    await clock.advance(100);
    for (const passed of states.values()) expect(passed).toEqual(['live']);
    expect(most).toBeLessThanOrEqual(max + 1);
    const dialled = venue.dialedAtMs.slice(dialledBefore);
    expect(dialled).toHaveLength(CONNECTIONS);
    for (let index = CONNECTS.count; index < dialled.length; index += 1)
      expect(dialled[index]! - dialled[index - CONNECTS.count]!).toBeGreaterThan(CONNECTS.perMs);
    expect(pool.stats().rotating).toBe(0);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('has the most urgent connections replaced first', async () => {
    const { clock, pool, old, of } = await noticed(CONNECTIONS);
    old.forEach((connection, index) =>
      connection.say({ kind: 'leaving', withinMs: index === CONNECTIONS - 1 ? 2000 : WITHIN_MS }),
    );
    for (let passed = 0; passed < 2000; passed += 50) await clock.advance(50);
    const urgent = old.at(-1)!.localPort;
    expect(of('rotated').map(({ localPort }) => localPort)).toContain(urgent);
    await pool.close();
  });

  it('is met without waiting for a connection that is only growing old', async () => {
    const protocol = fakeProtocol({ maxAgeMs: 1_000_000 });
    const { clock, venue, pool, subscribe, states } = setUp({
      protocol,
      maxConnections: 4,
      streamsPerConnection: 1,
      settleMs: 5000,
      rotateBeforeMs: 900_000,
      rotateSpreadMs: 1,
    });
    subscribe('s0');
    await clock.advance(50_000);
    subscribe('s1');
    await clock.advance(50_500);
    expect(pool.stats().rotating).toBe(1);
    const noticedOne = venue.open.find(({ subscribed }) => subscribed.has('s1'))!;
    noticedOne.say({ kind: 'leaving', withinMs: 2000 });
    for (let passed = 0; passed < 2000; passed += 50) await clock.advance(50);
    noticedOne.drop(1001);
    await clock.advance(1000);
    expect(states.get('s1')).toEqual(['live']);
    await pool.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
