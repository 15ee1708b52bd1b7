export {
  METRIC_VERSION,
  METRICS,
  metricAt,
  type MetricDefinition,
  type MetricName,
  type MetricPath,
  metricPaths,
  type Percentile,
  PERCENTILES,
} from './catalogue.js';
