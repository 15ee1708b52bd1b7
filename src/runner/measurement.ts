import type { ScenarioRecord } from '../record/record.js';
import type { Scenario } from '../scenario/index.js';

/** What was measured in one scenario, before anything is judged: a scenario's record without its verdicts. */
export interface ScenarioMeasurement extends Omit<ScenarioRecord, 'verdict' | 'targets' | 'baselines'> {
  readonly scenario: Scenario;
  /** False when a signal stopped it before its last pair. */
  readonly complete: boolean;
}

export interface ProgressEvent {
  readonly scenario: string;
  readonly pair: number;
  readonly pairs: number;
  readonly arm: string;
  /** Which scenario of how many. */
  readonly position: readonly [number, number];
}
