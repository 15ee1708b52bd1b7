export {
  METRIC_VERSION,
  METRICS,
  metricAt,
  type MetricDefinition,
  type MetricName,
  type MetricPath,
  metricPaths,
  type Percentile,
} from './catalogue.js';
