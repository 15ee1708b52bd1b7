import { startExchange } from '../exchange/client.js';
import type { LoadedScenario } from '../scenario/index.js';
import type { ProgressEvent, ScenarioMeasurement } from './measurement.js';
import { MachineWitness } from './machine/witness.js';
import { choosePinning, type Pinning } from './pinning.js';
import { runScenario } from './run-scenario.js';

export interface RunOptions {
  readonly scenarios: readonly LoadedScenario[];
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Asked where a scenario may stop: is a verdict of it still open? Left out, it stops there. */
  readonly isOpen?: (measurement: ScenarioMeasurement) => boolean;
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

/**
 * Measures scenarios one after the other, against one exchange process. Judges nothing: see the gate.
 * @throws {MpBenchError} E_EXCHANGE or E_ARM when a process dies by itself
 */
export async function runScenarios(options: RunOptions): Promise<RunMeasurement> {
  const { scenarios, seed, signal } = options;
  const pinning = choosePinning();
  const measured: ScenarioMeasurement[] = [];
  const exchange = await startExchange(pinning ? { pinTo: pinning.exchange } : {});
  const machine = new MachineWitness(pinning?.arm ?? null);
  try {
    for (const [i, loaded] of scenarios.entries()) {
      if (signal.aborted) break;
      const progress = (event: Omit<ProgressEvent, 'position'>): void =>
        options.onProgress({ ...event, position: [i + 1, scenarios.length] });
      const { isOpen } = options;
      const parts = { loaded, exchange, seed, pinning, machine, signal, progress };
      const measurement = await runScenario(isOpen ? { ...parts, isOpen } : parts);
      measured.push(measurement);
      options.onMeasured?.(measurement);
    }
  } finally {
    await Promise.all([exchange.shutdown(), machine.end()]);
  }
  return { scenarios: measured, pinning, complete: !signal.aborted };
}
