import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Distribution, ScenarioRecord } from '../../src/record/index.js';
import type { VENUES } from '../../src/scenario/index.js';
import { Workplace } from './command.js';

const GENEROUS = 90_000;
const LARGEST_AGE_MS = 4000;
const BOOKS_AND_TRADES = '[{ channel: depth, symbols: 3 }, { channel: trade, symbols: 2 }]';
// Books of Coinbase have no numbers, so that nobody can tell what they lack.
const TRADES = '[{ channel: trade, symbols: 2 }]';
const NOTICE = '  - { at: 2200ms, duration: 2200ms, kind: maintenance-notice, lead: 2s, endpoint: 1 }';

type Venue = (typeof VENUES)[number];

interface Trial {
  readonly name: string;
  readonly venue: Venue;
  readonly streams?: string;
  /** What the venue does besides failing: announce its end, or cut connections of an age. */
  readonly timeline?: string;
  readonly rules?: string;
  readonly pool?: string;
}

const TRIALS: readonly (readonly Trial[])[] = [
  [
    { name: 'binance', venue: 'binance', timeline: NOTICE },
    { name: 'okx', venue: 'okx', timeline: NOTICE },
    { name: 'bybit', venue: 'bybit' },
    { name: 'dual', venue: 'binance', pool: ', feeds: 2' },
  ],
  [
    { name: 'binance-usdm', venue: 'binance-usdm', rules: `rules: { maxAgeMs: ${LARGEST_AGE_MS} }` },
    { name: 'deribit', venue: 'deribit' },
    { name: 'coinbase', venue: 'coinbase', streams: TRADES },
  ],
];

function scenarioOf({ name, venue, streams = BOOKS_AND_TRADES, timeline = '', rules = '', pool = '' }: Trial): string {
  return `name: ${name}
question: Does a pool of streams lose nothing in silence?
venue: ${venue}
endpoints: 2
tls: false
link: { rtt: 5ms }
market: { symbols: 4, activity: 3 }
limits: enforce
${rules}
load: { streams: { subscriptions: ${streams}, hold: 4500ms } }
warmUp: { operations: 5 }
timeline:
  - { at: 1500ms, duration: 200ms, kind: reset, endpoint: 0 }
${timeline}
pool: { max: 5, streamsPerConnection: 3, cooldown: 300ms, rotateBefore: 2200ms, rotateSpread: 200ms${pool} }
arms:
  pooled: { stack: day3, driver: pooled, role: control }
sampling: { unit: launch, pairs: 1, stall: 30s }
targets:
  - { id: told, title: all loss told, arm: pooled, metric: lossUnreported, compare: maximum, is: "<=", limit: 0 }
  - { id: rotation, title: none by rotation, arm: pooled, metric: handoverLoss, compare: maximum, is: "<=", limit: 0 }
  - { id: repeated, title: none twice, arm: pooled, metric: messagesRepeated, compare: maximum, is: "<=", limit: 0 }
`;
}

/** What a run says of each trial, by name. */
async function measured(trials: readonly Trial[]): Promise<ReadonlyMap<string, ScenarioRecord>> {
  using place = new Workplace();
  const files = trials.map((trial) => {
    const file = join(place.files, `${trial.name}.yaml`);
    writeFileSync(file, scenarioOf(trial));
    return file;
  });
  const { code, stderr } = await place.run(['run', ...files, '--no-progress']);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('    at ')]);
  return new Map(place.record().scenarios.map((scenario) => [scenario.name, scenario]));
}

const LANES = TRIALS.map((trials) => ({ trials, names: trials.map(({ name }) => name).join(', ') }));

describe.concurrent('a pool of streams under a reset, as a process', () => {
  it.each(LANES)('loses nothing in silence: $names', { timeout: GENEROUS }, async ({ trials }) => {
    const scenarios = await measured(trials);
    for (const { name } of trials) {
      const scenario = scenarios.get(name);
      expect(scenario?.witness.checks.filter(({ agree }) => !agree)).toEqual([]);
      expect(scenario?.targets.map(({ id, value, verdict }) => [name, id, value, verdict])).toEqual(
        ['told', 'rotation', 'repeated'].map((id) => [name, id, 0, 'pass']),
      );
      expect([name, scenario?.faults[0]]).toMatchObject([name, { kind: 'reset', felt: true }]);
    }
    const of = (name: string, metric: string) => scenarios.get(name)?.arms['pooled']?.metrics[metric];
    // Connections were left before the venue cut them by age.
    const lifetimes = of('binance-usdm', 'connectionLifetimeMs') as Distribution | undefined;
    expect(lifetimes?.max ?? 0).toBeLessThan(LARGEST_AGE_MS);
    expect(of('dual', 'messagesLost') ?? 0).toBe(0);
    // A single reset may cost nothing; with nothing lost in any of them there would be nothing to tell.
    const lost = trials.map(({ name }) => Number(of(name, 'messagesLost')));
    expect(lost.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    // What is announced finds no stream left to cut.
    const announced = [...scenarios.values()].flatMap(({ faults }) => faults.slice(1));
    expect(announced.map(({ kind, streamsAffected }) => [kind, streamsAffected])).toEqual(
      announced.map(() => ['maintenance-notice', 0]),
    );
  });
});
