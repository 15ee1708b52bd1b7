import { describe, expect, it } from 'vitest';
import { problems, SMALL } from './fixture.js';

const target = (fields: string): string => `${SMALL}targets:\n  - { id: t, title: T, ${fields} }\n`;

describe('fields that contradict each other', () => {
  it.each([
    [
      'a pool whose minimum is above its maximum',
      `${SMALL}pool: { min: 9, max: 4 }\n`,
      '`pool.min` (9) is above `pool.max` (4)',
    ],
    [
      'more stream connections to spare than there may be',
      `${SMALL}pool: { max: 4, standby: 4 }\n`,
      '22:26 `standby` (4) must be below `max` (4)',
    ],
    [
      'an arm with more feeds than connections',
      SMALL.replace('driver: pooled,', 'driver: pooled, pool: { max: 1, feeds: 2 },'),
      '`feeds` (2) is above `max` (1)',
    ],
    ['three feeds of a stream', `${SMALL}pool: { feeds: 3 }\n`, '22:16 `pool.feeds`: expected 1 or 2, got 3'],
    [
      'a delay of nothing before every dial',
      `${SMALL}pool: { backoff: { initial: 0ms, max: 1s } }\n`,
      '`backoff` must rise from above 0 ms',
    ],
    [
      'nothing to do',
      SMALL.replace(/load:\n {2}requests:[^]*?timeout: 1s\n/, 'load: {}\n').replace(
        '  load: { requests: { operations: 25 } }\n',
        '',
      ),
      '`load` needs `requests`, `streams`, or both',
    ],
    [
      'a slice that is too short to measure',
      SMALL.replace('operations: 25', 'operations: 19'),
      '20:35 a slice of 19 operations is too short: at least 20',
    ],
    [
      'no control arm',
      SMALL.replace('role: control', 'role: test'),
      'exactly one arm must have the role control; there is none',
    ],
    [
      'two control arms',
      SMALL.replace('role: test', 'role: control'),
      'exactly one arm must have the role control; there are 2: unpooled, pooled',
    ],
    [
      'a gate on an arm that is not there',
      SMALL.replace('- { arm: pooled', '- { arm: poled'),
      'there is no arm `poled` (did you mean `pooled`?)',
    ],
    ['a gate on the control arm', SMALL.replace('- { arm: pooled', '- { arm: unpooled'), 'is the control arm'],
    [
      'a gate on a metric that is not there',
      SMALL.replace('responseTimeMs.p50', 'responseTimeMs.p95'),
      '18:28 there is no metric `responseTimeMs.p95` (did you mean `responseTimeMs.p90`?)',
    ],
    [
      'a distribution without a percentile',
      SMALL.replace('responseTimeMs.p50', 'responseTimeMs'),
      'there is no metric `responseTimeMs`',
    ],
    [
      'a gate on a metric without a better side',
      SMALL.replace('responseTimeMs.p50', 'rssMb'),
      '`rssMb` has no better direction',
    ],
    [
      'a dead zone as wide as the margin',
      SMALL.replace('responseTimeMs.p50 }', 'responseTimeMs.p50, deadZone: 0.1 }'),
      'the dead zone (0.1) must be below the margin (0.1)',
    ],
    [
      'a target against an arm that is not there',
      target('arm: pooled, metric: hitRate, compare: ratio, against: umpooled, is: "<", limit: 1'),
      'there is no arm `umpooled` (did you mean `unpooled`?)',
    ],
    [
      'a target against its own arm',
      target('arm: pooled, metric: hitRate, compare: ratio, against: pooled, is: "<", limit: 1'),
      '`pooled` is compared with itself',
    ],
    [
      'an absolute target against an arm',
      target('arm: pooled, metric: hitRate, compare: absolute, against: unpooled, is: "<", limit: 1'),
      'unknown field `targets.0.against` (it goes with compare: ratio or compare: difference)',
    ],
    [
      'counts of an arm that is not there',
      `${SMALL}deterministic: { poold: [operations] }\n`,
      'there is no arm `poold`',
    ],
    [
      'counts that are not there',
      `${SMALL}deterministic: { pooled: [operation] }\n`,
      'there is no metric `operation` (did you mean `operations`?)',
    ],
    [
      'a fault at an endpoint that is not there',
      `${SMALL}faults: { at: 1s, duration: 1s, rotation: [{ kind: reset, endpoint: 2 }] }\n`,
      'endpoint 2 does not exist: there are 2, counted from 0',
    ],
    [
      'faults between slices',
      `${SMALL}faults: { at: 1s, duration: 1s, rotation: [{ kind: reset, endpoint: 0 }] }\n`,
      '16:19 faults cannot be sliced: `sampling.unit` must be `launch`',
    ],
    [
      'streams between slices',
      SMALL.replace('arms:', '  streams: { subscriptions: [{ channel: trade, symbols: 2 }] }\narms:'),
      'streams cannot be sliced',
    ],
    [
      'more symbols than the market has',
      SMALL.replace('arms:', '  streams: { subscriptions: [{ channel: trade, symbols: 11 }] }\narms:'),
      '11 symbols are wanted, but the market has 10',
    ],
    [
      'more streams changed than there are',
      SMALL.replace('arms:', '  streams: { subscriptions: [{ channel: trade, symbols: 2 }], change: 3 }\narms:'),
      '`change` (3) is above the number of streams (2)',
    ],
  ])('are refused: %s', (_, text, expected) => {
    expect(problems(text).join('\n')).toContain(expected);
  });

  it('are found beside fields that are wrong by themselves', () => {
    const text = `${SMALL.replace('symbols: 10', 'symbols: ten')}pool: { min: 9, max: 4 }\n`;
    expect(problems(text)).toEqual([
      '6:20 `market.symbols`: expected a number, got "ten"',
      '22:14 `pool.min` (9) is above `pool.max` (4)',
    ]);
  });

  it('refuses two targets of one name', () => {
    const one = '{ id: t, title: T, arm: pooled, metric: hitRate, compare: absolute, is: ">", limit: 0.5 }';
    expect(problems(`${SMALL}targets:\n  - ${one}\n  - ${one}\n`)).toEqual(['24:11 two targets are called `t`']);
  });
});
