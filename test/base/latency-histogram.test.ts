import { build } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram, seededRandom } from '../../src/base/index.js';

describe('LatencyHistogram', () => {
  it('agrees with HdrHistogram at every percentile', () => {
    const random = seededRandom(1);
    const ours = new LatencyHistogram();
    const theirs = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: 4_294_967_295,
      numberOfSignificantValueDigits: 3,
    });
    for (let i = 0; i < 5000; i += 1) {
      const us = Math.floor(10 ** (random.next() * 8));
      ours.record(us / 1e3);
      theirs.recordValue(us);
    }
    for (const q of [0.01, 0.5, 0.9, 0.99, 1])
      expect(ours.quantile(q) * 1e3).toBeCloseTo(theirs.getValueAtPercentile(q * 100), 6);
    expect(ours.total).toBe(theirs.totalCount);
  });

  it('adds another one up, and is NaN when empty', () => {
    const a = new LatencyHistogram();
    const b = new LatencyHistogram();
    a.record(1);
    b.record(1);
    b.record(300);
    a.add(b);
    expect(a.total).toBe(3);
    expect(a.entries().map(([, count]) => count)).toEqual([2, 1]);
    expect(a.quantile(1)).toBeCloseTo(300, 0);
    expect(new LatencyHistogram().quantile(0.5)).toBeNaN();
  });
});
