import { basename, extname } from 'node:path';
import { MpBenchError } from '../base/index.js';
import { DRIVERS, type LoadedScenario, type Override, suggestion } from '../scenario/index.js';

/** Overrides that give a scenario an arm for each driver that none of its arms has; a path names its arm. */
export function armsForDrivers({ scenario }: LoadedScenario, drivers: readonly string[]): Override[] {
  const present = new Set(Object.values(scenario.arms).map(({ driver }) => driver));
  return drivers
    .filter((driver) => !present.has(driver))
    .map((driver) => {
      const stack = driver === 'pooled' ? 'day3' : 'day2';
      return { path: `arms.${armName(driver)}`, value: { stack, driver, role: 'test' }, text: driver };
    });
}

/**
 * The scenario with fewer arms: those named, those that run one of the drivers, and always the control arm.
 * @throws {MpBenchError} E_USAGE when an arm does not exist
 */
export function selectArms(
  loaded: LoadedScenario,
  arms: readonly string[],
  drivers: readonly string[],
): LoadedScenario {
  if (arms.length === 0 && drivers.length === 0) return loaded;
  const known = Object.keys(loaded.scenario.arms);
  const unknown = arms.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const hint = suggestion(unknown, known) ?? `known: ${known.join(', ')}`;
    throw new MpBenchError('E_USAGE', '', [{ message: `${loaded.scenario.name} has no arm \`${unknown}\``, hint }]);
  }
  const selected = Object.entries(loaded.scenario.arms).filter(
    ([name, { role, driver }]) => role === 'control' || arms.includes(name) || drivers.includes(driver),
  );
  return { ...loaded, scenario: { ...loaded.scenario, arms: Object.fromEntries(selected) } };
}

function armName(driver: string): string {
  if ((DRIVERS as readonly string[]).includes(driver)) return driver;
  const name = basename(driver, extname(driver)).toLowerCase();
  return name.replaceAll(/[^a-z0-9-]+/g, '-').replace(/^[^a-z]+/, '') || 'candidate';
}
