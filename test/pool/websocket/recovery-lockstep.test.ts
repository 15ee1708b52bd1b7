import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/index.js';
import { type FakeVenue } from './fake-venue.js';
import { setUp } from './harness.js';

const BOUND_MS = 100;

/** When the pool dialled again after everything was cut, counted from then, for several pools with dice of their own. */
async function redials(options: Parameters<typeof setUp>[0], streams: number): Promise<number[][]> {
  const pools: number[][] = [];
  for (let seed = 0; seed < 8; seed += 1) {
    const { clock, venue, pool, subscribeAll } = setUp({ ...options, random: seededRandom(seed) });
    await pool.start();
    subscribeAll(streams);
    await clock.advance(20_000);
    pools.push(await cutAll(venue, (ms) => clock.advance(ms)));
    expect(pool.stats().streams.acknowledged).toBe(streams);
    await pool.close();
  }
  return pools;
}

async function cutAll(venue: FakeVenue, advance: (ms: number) => Promise<void>): Promise<number[]> {
  const before = venue.dials;
  const cutAtMs = venue.now();
  for (const connection of venue.open) connection.drop();
  await advance(2 * BOUND_MS);
  return venue.dialedAtMs.slice(before).map((atMs) => atMs - cutAtMs);
}

describe('after everything was cut', () => {
  it('connections that are kept open in any case are not dialled at once either', async () => {
    const pools = await redials({ minConnections: 2, maxConnections: 4 }, 8);
    for (const dials of pools) expect(Math.min(...dials)).toBeGreaterThan(0);
    expect(new Set(pools.map((dials) => Math.min(...dials))).size).toBe(pools.length);
  });

  it('each connection of a pool has a jitter of its own', async () => {
    const pools = await redials({ streamsPerConnection: 1, maxConnections: 20 }, 20);
    for (const dials of pools) {
      expect(dials).toHaveLength(20);
      expect(Math.max(...dials)).toBeLessThanOrEqual(BOUND_MS);
      expect(new Set(dials).size).toBe(20);
    }
    // Uniform over the bound, all pools together: of 160 dials, a tenth in each tenth of it.
    const tenths = Array.from({ length: 10 }, (_, tenth) => {
      const fromMs = (tenth * BOUND_MS) / 10;
      return pools.flat().filter((ms) => ms >= fromMs && ms < fromMs + BOUND_MS / 10).length;
    });
    for (const count of tenths) expect(count).toBeGreaterThan(4);
  });
});
