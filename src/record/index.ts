export { distributionOf, mergeDistributions } from './distribution.js';
export type { Finding, Severity } from '../doctor/index.js';
export { environment, type Host, withFindings } from './environment.js';
export { findRecords, readRecord, writeRecord, writeWhole } from './files.js';
export {
  type Observation,
  type ObservedConnections,
  type ObservedFault,
  type ObservedProgram,
  type ObservedReconnects,
  type ObservedRequests,
  type ObservedStreams,
  type Spread,
} from './observation.js';
export {
  type ArmRecord,
  type BaselineRow,
  type Distribution,
  type Environment,
  type FaultRow,
  type LaunchRow,
  type MachineRow,
  type MetricValue,
  type PairRow,
  type RowVerdict,
  type RunRecord,
  type RunVerdict,
  type ScenarioRecord,
  SCHEMA_VERSION,
  type TargetRow,
  type WitnessCheck,
} from './record.js';
