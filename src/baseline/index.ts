export { chooseBaselines } from './choose.js';
export { compareToBaseline, fittingScenario } from './compare.js';
export type { RunContext } from './context.js';
export {
  type Baseline,
  BASELINE_VERSION,
  type BaselineRole,
  type BaselineRun,
  type BaselineScenario,
  baselineSchema,
  type BaselineTiming,
  ROLES,
  type Stack,
  STACKS,
} from './format.js';
export {
  acceptRecord,
  baselineFromRecords,
  type BaselineOptions,
  modeOf,
  type RecordedBaseline,
} from './from-record.js';
export {
  baselinePath,
  findBaselines,
  listBaselines,
  type ListedBaseline,
  locateBaseline,
  readBaseline,
  rollback,
  type StoredBaseline,
  writeBaseline,
} from './store.js';
