import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyStep, type Step, World, type WorldSettings } from './model-world.js';

// How many times as many courses to try, and which; a run that found something is told by its seed and path.
const EFFORT = Number(process.env['MODEL_EFFORT'] ?? 1);
const SEED = Number(process.env['MODEL_SEED'] ?? 20_260_901);

async function holds(settings: WorldSettings, step: fc.Arbitrary<Step>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 60 }), async (seed, steps) => {
      const world = new World(seed, settings);
      for (const next of steps) await world.take(next);
      await world.heal();
      await world.end();
    }),
    { numRuns: EFFORT * numRuns, seed: SEED },
  );
}

// Each ends with: every subscription live, carried as often as it should be, and every loss told.
describe('subscriptions under any course of events', () => {
  it('are each carried once, seen in order, accounted for exactly, and live again once the venue is well', () =>
    holds({}, anyStep('notice'), 120));

  it('are moved in time from connections that the venue is about to close', () => holds({}, anyStep(), 100));

  it('are moved while connections grow old', () => holds({ maxAgeMs: 3000 }, anyStep(), 80));

  it('are taken over by a connection kept ready', () => holds({ standby: 1, maxConnections: 4 }, anyStep(), 80));

  it('come over two feeds', () => holds({ feeds: 2, streamsPerConnection: 5 }, anyStep(), 100));

  it('are asked for anew when they are stale', () => holds({ staleAfterMs: 600 }, anyStep(), 80));

  it('tell every loss where ids only rise', () => holds({ rule: 'rising' }, anyStep('replay'), 100));

  it('tell every loss where ids only rise, over two feeds', () =>
    holds({ rule: 'rising', feeds: 2, streamsPerConnection: 5 }, anyStep('replay'), 80));

  it('can be closed at every point of a loss and its recovery', async () => {
    const course: Step[] = [
      { do: 'subscribe', index: 0 },
      { do: 'answer', index: 0 },
      { do: 'tick', index: 0 },
      { do: 'hush', index: 0 },
      { do: 'wait', index: 20 },
      { do: 'wait', index: 20 },
      { do: 'lose', index: 0 },
      { do: 'wait', index: 13 },
      { do: 'answerTwice', index: 0 },
      { do: 'tick', index: 0 },
      { do: 'notice', index: 0 },
      { do: 'answer', index: 1 },
      { do: 'tick', index: 0 },
      { do: 'drop', index: 0 },
      { do: 'answer', index: 0 },
      { do: 'tick', index: 0 },
    ];
    for (let at = 1; at <= course.length; at += 1) {
      const world = new World(at);
      for (const next of course.toSpliced(at, 0, { do: 'close', index: 0 })) await world.take(next);
      await world.heal();
      expect(world.holders.map(({ subscription }) => subscription.state)).toEqual(['closed']);
      await world.end();
    }
  });
});
