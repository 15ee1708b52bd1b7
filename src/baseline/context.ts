import type { GateSpec } from '../gate/index.js';
import type { BaselineScenario } from './format.js';

/** What a comparison has to know of the run that the scenario was measured in. */
export interface RunContext {
  readonly mode: BaselineScenario['mode'];
  readonly metricVersion: number;
  readonly seed: number;
  readonly fingerprint: string;
  /** The gates of this scenario; other timings are shown but cannot fail. */
  readonly gates: readonly GateSpec[];
  /** Gated timing metrics of the whole run. */
  readonly judged: number;
  readonly contaminated?: boolean | undefined;
}
