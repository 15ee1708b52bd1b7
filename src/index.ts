export { METRICS, type MetricDefinition, type MetricName } from './metrics/index.js';
export type { RunRecord, ScenarioRecord } from './record/record.js';
