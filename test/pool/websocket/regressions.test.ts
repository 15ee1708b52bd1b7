import { describe, expect, it } from 'vitest';
import { type Step, World, type WorldSettings } from './model-world.js';

async function run(settings: WorldSettings, steps: readonly Step[]): Promise<World> {
  const world = new World(0, settings);
  for (const step of steps) await world.take(step);
  return world;
}

// Courses of events that the model found; each left something behind.
describe('a course of events that once went wrong', () => {
  it.each<[string, WorldSettings, readonly Step[]]>([
    [
      'a connection is replaced while another stream looks for a better endpoint, where ids only rise',
      { rule: 'rising', feeds: 2, streamsPerConnection: 5 },
      [
        { do: 'subscribe', index: 0 },
        { do: 'refuse', index: 0 },
        { do: 'notice', index: 0 },
        { do: 'notice', index: 4 },
      ],
    ],
    [
      'a connection is replaced while its endpoint comes back',
      { feeds: 2, streamsPerConnection: 5 },
      [
        { do: 'refuse', index: 0 },
        { do: 'subscribe', index: 0 },
        { do: 'wait', index: 5 },
        { do: 'notice', index: 0 },
      ],
    ],
    [
      'a connection is replaced before it has answered, while an endpoint is out',
      { feeds: 2, streamsPerConnection: 5 },
      [
        { do: 'subscribe', index: 0 },
        { do: 'refuse', index: 0 },
        { do: 'notice', index: 0 },
        { do: 'wait', index: 15 },
      ],
    ],
    [
      'a stream is asked for anew before its former holder is done with it',
      { rule: 'rising', feeds: 2, streamsPerConnection: 5 },
      [
        { do: 'subscribe', index: 9 },
        { do: 'close', index: 0 },
        { do: 'subscribe', index: 4 },
        { do: 'anew', index: 0 },
        { do: 'notice', index: 8 },
      ],
    ],
    [
      'data come of a stale stream that is on its way out',
      { staleAfterMs: 600 },
      [
        { do: 'subscribe', index: 0 },
        { do: 'answer', index: 0 },
        { do: 'wait', index: 15 },
        { do: 'close', index: 0 },
        { do: 'tick', index: 0 },
      ],
    ],
  ])('%s', async (_name, settings, steps) => {
    const healed = await run(settings, steps);
    await healed.heal();
    await healed.end();
    const cut = await run(settings, steps);
    await cut.end();
    expect(cut.pool.subscriptions()).toEqual([]);
  });
});
