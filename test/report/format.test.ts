import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/metrics/index.js';
import {
  formatDuration,
  formatInterval,
  formatPlain,
  formatRow,
  formatSigned,
  unitOf,
} from '../../src/report/format.js';

describe('numbers in a report', () => {
  it.each([
    ['ms', [0.004, 21.7], ['0.004 ms', '21.700 ms']],
    ['ms', [0.0042, 0.05], ['4.2 µs', '50.0 µs']],
    ['ms', [101.4, 303.1], ['101 ms', '303 ms']],
    ['ms', [12_400, 500], ['12.4 s', '0.5 s']],
    ['rate', [0.894, 0.85], ['89.4 %', '85.0 %']],
    ['rate', [1, 0], ['100 %', '0 %']],
    ['count', [11520, 32], ['11,520', '32']],
    ['count', [1, 15.0316], ['1.0', '15.0']],
    ['1/s', [240.4], ['240/s']],
    ['us', [1210, 233], ['1210 µs', '233 µs']],
    ['MB', [-3.42], ['−3.42 MB']],
  ] as const)('share one scale and one number of decimals a row: %s %j', (unit, values, expected) => {
    expect(formatRow(unit, values)).toEqual(expected);
  });

  it('show a dash for what is not there', () => {
    expect(formatRow('ms', [null, undefined, Number.NaN, Number.POSITIVE_INFINITY])).toEqual(['—', '—', '—', '—']);
    expect(formatInterval('—', '1')).toBe('—');
    expect(formatSigned(null, 'share')).toBe('—');
  });

  it('name the unit of an interval once, beside the value', () => {
    const [value, low = '', high = ''] = formatRow('ms', [1.5, 1.25, 1.75]);
    expect(value).toBe('1.50 ms');
    expect(formatInterval(low, high)).toBe('1.25 … 1.75');
    expect(formatInterval('240/s', '250/s')).toBe('240 … 250');
  });

  it('have a sign where they are changes', () => {
    expect(formatSigned(0.123, 'share')).toBe('+12.3 %');
    expect(formatSigned(-0.05, 'share')).toBe('−5.0 %');
    expect(formatSigned(-3, 'count')).toBe('−3');
    expect(formatSigned(0, 'count')).toBe('±0');
    expect(formatSigned(-0.163, 'points')).toBe('−16.3 points');
  });

  it('never show minus zero', () => {
    expect(formatPlain([-0.0000001, 5000])).toEqual(['0.000', '5000.000']);
  });

  it('know the unit of every metric', () => {
    for (const name of Object.keys(METRICS)) expect(unitOf(name)).toBe(METRICS[name as keyof typeof METRICS].unit);
    expect(unitOf('responseTimeMs.p50')).toBe('ms');
  });
});

describe('a duration', () => {
  it.each([
    [420, '420 ms'],
    [9300, '9.3 s'],
    [252_400, '4 min 12 s'],
    [59_999, '60.0 s'],
  ])('%d is %s', (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected);
  });
});
