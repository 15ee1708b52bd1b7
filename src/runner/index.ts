export type { ProgressEvent, ScenarioMeasurement } from './measurement.js';
export type { Pinning } from './pinning.js';
export { type RunMeasurement, type RunOptions, runScenarios } from './run.js';
