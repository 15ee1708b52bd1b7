export { type LoadedScenario, loadScenario, type ScenarioSource } from './load.js';
export { driverModules } from './driver-paths.js';
export { faultTimeline, type PlannedFault } from './fault-timeline.js';
export { type FoundScenario, findScenarios, locateScenario, readScenarioText, scenarioDirectories } from './locate.js';
export { type JsonSchema, scenarioJsonSchema } from './json-schema.js';
export { type Override, parseOverride } from './overrides.js';
export { type PlannedWork, plannedWork } from './plan.js';
export {
  type Arm,
  DRIVERS,
  type FaultScript,
  type GateRule,
  type PoolSettings,
  type RequestLoad,
  type Scenario,
  type Operation,
  type Poll,
  type StreamLoad,
  type TargetRule,
  VENUES,
} from './schema.js';
export { plannedLooks } from './looks.js';
export { linkOf, poolOf, rulesOf, venuesOf } from './site-settings.js';
export { nearest, suggestion } from './suggest.js';
