import type { LoadedScenario } from '../scenario/index.js';
import type { ProgressEvent, ScenarioMeasurement } from './measurement.js';
import { choosePinning, type Pinning } from './pinning.js';
import { runScenario } from './run-scenario.js';

export interface RunOptions {
  readonly scenarios: readonly LoadedScenario[];
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (event: ProgressEvent) => void;
  /** Called as soon as a scenario is measured, so that a later failure does not lose it. */
  readonly onMeasured?: (measurement: ScenarioMeasurement) => void;
}

export interface RunMeasurement {
  readonly scenarios: readonly ScenarioMeasurement[];
  readonly pinning: Pinning | null;
  /** False when a signal stopped the run. */
  readonly complete: boolean;
}

/** Measures scenarios one after the other. Judges nothing: see the gate. */
export async function runScenarios(options: RunOptions): Promise<RunMeasurement> {
  const { scenarios, seed, signal } = options;
  const pinning = choosePinning();
  const measured: ScenarioMeasurement[] = [];
  for (const [i, loaded] of scenarios.entries()) {
    if (signal.aborted) break;
    const progress = (event: Omit<ProgressEvent, 'position'>): void =>
      options.onProgress({ ...event, position: [i + 1, scenarios.length] });
    const measurement = await runScenario({ loaded, seed, pinning, signal, progress });
    measured.push(measurement);
    options.onMeasured?.(measurement);
  }
  return { scenarios: measured, pinning, complete: !signal.aborted };
}
