/** The harness as a library: scenarios in, measurements and records out. The pools have entry points of their own. */
export { MpBenchError, type ErrorCode, type Problem, type SourceLocation } from './base/index.js';
export type {
  Driver,
  DriverContext,
  DriverFactory,
  DriverResponse,
  DriverSettings,
  StreamConsumer,
} from './driver/index.js';
export { METRICS, type MetricDefinition, type MetricName, type MetricPath } from './metrics/index.js';
export {
  mergeDistributions,
  readRecord,
  type Distribution,
  type RowVerdict,
  type RunRecord,
  type RunVerdict,
  type ScenarioRecord,
} from './record/index.js';
export { renderMarkdown, renderVerdictTable } from './report/index.js';
export { type RunMeasurement, type RunOptions, runScenarios, type ScenarioMeasurement } from './runner/index.js';
export { type LoadedScenario, loadScenario, type Scenario } from './scenario/index.js';
