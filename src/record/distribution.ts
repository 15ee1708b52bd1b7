import { createRequire } from 'node:module';
import type * as Hdr from 'hdr-histogram-js';
import type { LatencyHistogram } from '../base/index.js';
import type { Distribution } from './record.js';

const require = createRequire(import.meta.url);
const MAX_US = 4_294_967_295;

/** A histogram as a record holds it. Without any value its percentiles are NaN. */
export function distributionOf(histogram: LatencyHistogram): Distribution {
  const { encodeIntoCompressedBase64 } = hdr();
  const exported = emptyHistogram();
  for (const [us, count] of histogram.entries()) exported.recordValueWithCount(us, count);
  return {
    count: histogram.total,
    p50: histogram.quantile(0.5),
    p90: histogram.quantile(0.9),
    p99: histogram.quantile(0.99),
    max: histogram.quantile(1),
    hdr: encodeIntoCompressedBase64(exported),
  };
}

/** The distribution of all values of several distributions together: percentiles of the union, never averages. */
export function mergeDistributions(distributions: readonly Distribution[]): Distribution {
  const { decodeFromCompressedBase64, encodeIntoCompressedBase64 } = hdr();
  const merged = emptyHistogram();
  for (const { hdr: text } of distributions) merged.add(decodeFromCompressedBase64(text));
  return {
    count: merged.totalCount,
    p50: percentileMs(merged, 50),
    p90: percentileMs(merged, 90),
    p99: percentileMs(merged, 99),
    max: percentileMs(merged, 100),
    hdr: encodeIntoCompressedBase64(merged),
  };
}

// Loading it takes some 50 ms, which reading a record need not pay.
function hdr(): typeof Hdr {
  return require('hdr-histogram-js') as typeof Hdr;
}

// The same layout as LatencyHistogram: microseconds, three significant digits.
function emptyHistogram(): Hdr.Histogram {
  return hdr().build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_US,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
  });
}

function percentileMs(histogram: Hdr.Histogram, percentile: number): number {
  return histogram.totalCount === 0 ? Number.NaN : histogram.getValueAtPercentile(percentile) / 1e3;
}
