import { metricAt, type MetricPath } from '../metrics/index.js';
import type { ArmRecord } from '../record/index.js';

/** The number at `name` or `name.p50`; undefined where the arm has none. */
export function valueAt(metrics: ArmRecord['metrics'], path: MetricPath): number | undefined {
  const found = metricAt(path);
  const value = found && metrics[found.name];
  if (value === undefined || found === undefined) return undefined;
  if (typeof value === 'number') return found.percentile === null ? value : undefined;
  return found.percentile === null ? undefined : value[found.percentile];
}
