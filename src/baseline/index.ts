export { chooseBaselines } from './choose.js';
export { compareToBaseline } from './compare.js';
export type { RunContext } from './context.js';
export {
  type Baseline,
  type BaselineRole,
  type BaselineRun,
  type BaselineScenario,
  baselineSchema,
  type BaselineTiming,
  type Stack,
} from './format.js';
export {
  acceptRecord,
  baselineFromRecords,
  type BaselineOptions,
  modeOf,
  type RecordedBaseline,
} from './from-record.js';
export { controlOf } from './measured.js';
export { spreadIsOpen } from './open.js';
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
