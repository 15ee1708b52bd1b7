import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { World } from './world.js';
import { ending, shape, steps } from './world-steps.js';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 2000);
const SEED = Number(process.env['MODEL_SEED'] ?? 20_260_801);

describe('a pool under any interleaving of what can happen to it', () => {
  it('holds its limits, settles every acquire once and in time, and leaves nothing behind', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(shape, steps, ending, async (shape, steps, ending) => {
        const world = new World(shape);
        for (const step of steps) await world.run(step);
        await world.end(ending);
        for (const [outcome, count] of Object.entries(world.pool.stats().acquires)) {
          seen.set(outcome, (seen.get(outcome) ?? 0) + count);
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // The interleavings reach every way in which an acquire can end.
    expect([...seen].filter(([, count]) => count < RUNS / 100)).toEqual([]);
  }, 120_000);
});
