import { describe, expect, it } from 'vitest';
import { metricAt } from '../../src/metrics/index.js';
import { metricsOf, valueAt } from '../../src/runner/metrics-of.js';
import { Tally, type Known } from '../../src/runner/tally.js';

const REQUESTS: Known = { requests: true, streams: false, accounts: true, faults: false };

function tally(known: Partial<Known>, totals: Parameters<Tally['count']>[0]): Tally {
  const one = new Tally({ ...REQUESTS, ...known });
  one.count(totals);
  return one;
}

describe('metricsOf', () => {
  it('divides sums, so that slices and launches add up before they are divided', () => {
    const all = tally({}, { uses: 100, reuses: 90, opened: 10, acquired: 100, direct: 80 });
    all.add(tally({}, { uses: 300, reuses: 30, opened: 70, acquired: 100, direct: 0 }));
    expect(metricsOf(all)).toMatchObject({ reuseRate: 0.3, usesPerConnection: 5, hitRate: 0.4, connectionsOpened: 80 });
  });

  it('never gives a rate above one, as "reused ÷ created" would', () => {
    const values = metricsOf(tally({}, { uses: 5000, reuses: 4990, opened: 10 }));
    expect(values.reuseRate).toBe(0.998);
    expect(values.usesPerConnection).toBe(500);
  });

  it('leaves out what it cannot know: absent is not zero', () => {
    const values = metricsOf(
      tally({ accounts: false }, { attempted: 10, completed: 10, opened: 1, uses: 10, reuses: 9 }),
    );
    expect(values.reuseRate).toBe(0.9);
    expect(values).not.toHaveProperty('hitRate');
    expect(values).not.toHaveProperty('utilization');
    expect(values).not.toHaveProperty('setupCostPerOpMs');
    expect(values).not.toHaveProperty('coverage');
  });

  it('calls throughput a result of a burst only: in an open loop it is the arrival rate', () => {
    expect(metricsOf(tally({}, { attempted: 10, completed: 10, activeMs: 1000 }))).not.toHaveProperty('throughput');
    const burst = metricsOf(tally({}, { attempted: 180, completed: 180, completionMs: 500, bursts: 1 }));
    expect(burst).toMatchObject({ throughput: 360, completionMs: 500 });
  });

  it('charges the set-up before the first slice to the operations', () => {
    expect(metricsOf(tally({}, { attempted: 480, setupTotalMs: 32 * 200 })).setupCostPerOpMs).toBeCloseTo(13.33, 2);
  });

  it('counts utilization by what was open, and by what could have been', () => {
    const values = metricsOf(
      tally({}, { usedMs: 700, capacityMs: 1000, maximumMs: 2000, pendingMs: 50, activeMs: 100 }),
    );
    expect(values).toMatchObject({ utilization: 0.7, utilizationOfMax: 0.35, saturation: 0.5 });
  });

  it('gives only metrics of the catalogue', () => {
    const full = new Tally({ requests: true, streams: true, accounts: true, faults: true });
    for (const key of Object.keys(full.totals)) full.count({ [key]: 1 });
    for (const histogram of Object.values(full.histograms)) histogram.record(1);
    for (const [name, value] of Object.entries(metricsOf(full))) {
      const path = typeof value === 'number' ? name : `${name}.p50`;
      expect(metricAt(path), path).toBeDefined();
    }
  });
});

describe('valueAt', () => {
  it('reads scalars by name and distributions by percentile', () => {
    const one = tally({}, { uses: 2, reuses: 1 });
    for (const ms of [1, 2, 3, 4]) one.histograms.responseTimeMs.record(ms);
    const values = metricsOf(one);
    expect(valueAt(values, 'reuseRate')).toBe(0.5);
    expect(valueAt(values, 'responseTimeMs.p50')).toBeCloseTo(2, 2);
    expect(valueAt(values, 'responseTimeMs.max')).toBeCloseTo(4, 2);
    expect(valueAt(values, 'gapMs.p50')).toBeUndefined();
  });
});
