import { describe, expect, it } from 'vitest';
import type { FaultPlan } from '../../src/exchange/protocol.js';
import { venues } from '../../src/exchange/venues/index.js';
import { faultTimeline, loadScenario, type Scenario, VENUES } from '../../src/scenario/index.js';

const BASE = `
name: timeline
question: What happens?
venue: binance
otherVenues: [okx]
endpoints: 2
market: { symbols: 4 }
load:
  streams:
    subscriptions:
      - { channel: trade, symbols: 2 }
      - { venue: okx, channel: trade, symbols: 2 }
arms:
  bare: { stack: day2, driver: unpooled, role: control }
sampling: { unit: launch, pairs: 2 }
`;

function load(more: string): Scenario {
  return loadScenario({ text: BASE + more, file: 't.yaml', quick: false }).scenario;
}

function problems(more: string): string[] {
  try {
    load(more);
    return [];
  } catch (error) {
    return (error as { problems: readonly { message: string }[] }).problems.map(({ message }) => message);
  }
}

describe('the timeline of faults', () => {
  it('is what the exchange takes as plans, with times in milliseconds', () => {
    const scenario = load(`
timeline:
  - { kind: http-error, status: 429, at: 2s, duration: 500ms, share: 0.5 }
  - { kind: maintenance-notice, lead: 1s, at: 1s, duration: 3s, endpoint: 3 }
  - { kind: close-code, code: 1008, at: 1s, duration: 1s }
`);
    const plans: FaultPlan[] = faultTimeline(scenario).map((fault, i) => Object.assign({ id: String(i) }, fault));
    expect(plans).toEqual([
      { id: '0', kind: 'maintenance-notice', leadMs: 1000, atMs: 1000, durationMs: 3000, endpoint: 3 },
      { id: '1', kind: 'close-code', code: 1008, reason: '', atMs: 1000, durationMs: 1000, endpoint: null },
      { id: '2', kind: 'http-error', status: 429, atMs: 2000, durationMs: 500, share: 0.5, endpoint: null },
    ]);
  });

  it('has the turns of a rotation one after the other', () => {
    const scenario = load(`
faults:
  at: 1s
  duration: 2s
  rotation: [{ kind: refuse, endpoint: 0 }, { kind: silence, endpoint: 1 }]
`);
    expect(faultTimeline(scenario)).toEqual([
      { kind: 'refuse', endpoint: 0, atMs: 1000, durationMs: 2000 },
      { kind: 'silence', endpoint: 1, atMs: 4000, durationMs: 2000 },
    ]);
  });

  it('is empty without faults, and leaves the hash of such a scenario alone', () => {
    const plain = loadScenario({ text: BASE, file: 't.yaml', quick: false });
    expect(faultTimeline(plain.scenario)).toEqual([]);
    expect(Object.keys(plain.scenario)).not.toContain('timeline');
    expect(Object.keys(plain.scenario)).not.toContain('limits');
  });

  it.each([
    [
      'an endpoint beyond those of all venues',
      'timeline: [{ kind: reset, at: 1s, duration: 1s, endpoint: 4 }]',
      /endpoint 4 does not exist: there are 4/,
    ],
    ['an unknown kind', 'timeline: [{ kind: explode, at: 1s, duration: 1s }]', /refuse, reset, silence/],
    ['particulars of another kind', 'timeline: [{ kind: reset, at: 1s, duration: 1s, status: 500 }]', /unknown field/],
    ['missing particulars', 'timeline: [{ kind: http-error, at: 1s, duration: 1s }]', /status. is missing/],
    ['a share of nothing', 'timeline: [{ kind: reset, at: 1s, duration: 1s, share: 0 }]', /more than 0/],
    ['more jitter than the round trip allows', 'link: { rtt: 10ms, jitter: 5ms }', /5 ms is above 4.5 ms/],
    [
      'slices',
      'timeline: [{ kind: reset, at: 1s, duration: 1s }]\nquick: { sampling: { unit: slice } }',
      /cannot be sliced/,
    ],
    ['a venue twice', 'quick: { otherVenues: [binance] }', /named twice/],
    [
      'a poll of a venue that is not there',
      'quick: { otherVenues: [deribit] }',
      /`okx` is not among the scenario’s venues: binance, deribit/,
    ],
  ])('is refused for %s', (_what, more, told) => {
    expect(problems(more)).toContainEqual(expect.stringMatching(told));
  });
});

describe('the venues that a scenario may name', () => {
  it('are those that the exchange speaks', () => {
    expect([...VENUES].sort()).toEqual(Object.keys(venues).sort());
  });
});
