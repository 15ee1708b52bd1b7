import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { MpBenchError } from '../base/index.js';
import { driverModules, type LoadedScenario } from '../scenario/index.js';

/**
 * Checks that the modules of a scenario's drivers are there; whether they can be used shows when an arm loads them.
 * @throws {MpBenchError} E_SCENARIO naming each that is missing
 */
export function checkDrivers({ scenario, file }: LoadedScenario, cwd: string): void {
  const missing = driverModules(scenario).filter((driver) => !existsSync(resolve(cwd, driver)));
  if (missing.length === 0) return;
  const problems = missing.map((driver) => ({ message: `driver ${driver}: no such file`, location: { file } }));
  throw new MpBenchError('E_SCENARIO', `${file}: drivers are missing`, problems);
}
