import { array, assert, double, property } from 'fast-check';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../src/base/index.js';
import { distributionOf, mergeDistributions } from '../../src/record/index.js';

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const ms of values) histogram.record(ms);
  return histogram;
}

describe('a distribution in a record', () => {
  it('survives its text form: HdrHistogram reads the same percentiles from it', () => {
    const values = Array.from({ length: 1000 }, (_, index) => (index + 1) ** 1.5 / 100);
    const distribution = distributionOf(histogramOf(values));
    const decoded = decodeFromCompressedBase64(distribution.hdr);
    expect(decoded.totalCount).toBe(1000);
    expect(decoded.getValueAtPercentile(50) / 1e3).toBe(distribution.p50);
    expect(decoded.getValueAtPercentile(99) / 1e3).toBe(distribution.p99);
    expect(decoded.getValueAtPercentile(100) / 1e3).toBe(distribution.max);
    expect(distribution.max).toBeCloseTo(1000 ** 1.5 / 100, -1);
  });

  it('merges into the distribution of all values together', () => {
    const durations = array(double({ min: 0, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 40 });
    assert(
      property(durations, durations, (a, b) => {
        const merged = mergeDistributions([distributionOf(histogramOf(a)), distributionOf(histogramOf(b))]);
        const { hdr: _, ...expected } = distributionOf(histogramOf([...a, ...b]));
        expect(merged).toMatchObject(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('holds what a minute-long stall leaves, without clipping', () => {
    const { max } = distributionOf(histogramOf([3_600_000]));
    expect(max / 3_600_000).toBeCloseTo(1, 3);
  });

  it('has no percentiles when nothing was recorded', () => {
    expect(distributionOf(new LatencyHistogram())).toMatchObject({ count: 0, p50: Number.NaN, max: Number.NaN });
    expect(mergeDistributions([])).toMatchObject({ count: 0, p50: Number.NaN });
  });
});
