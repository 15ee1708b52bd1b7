import { dirname, isAbsolute, join } from 'node:path';
import { type Override, overridePath } from './overrides.js';
import { DRIVERS, type Scenario } from './schema.js';

/**
 * The scenario with the paths of its drivers as the working directory sees them: those written in the file stand beside
 * the file, those of the command line are left as they were given.
 */
export function withDriversBeside(file: string, scenario: Scenario, overrides: readonly Override[]): Scenario {
  const arms = Object.entries(scenario.arms).map(([name, arm]) => {
    const asGiven = isBuiltIn(arm.driver) || isAbsolute(arm.driver) || overrides.some((one) => gives(one, name));
    return [name, asGiven ? arm : { ...arm, driver: beside(file, arm.driver) }] as const;
  });
  return { ...scenario, arms: Object.fromEntries(arms) };
}

/** Drivers of a scenario that are modules, each once. */
export function driverModules({ arms }: Scenario): string[] {
  const drivers = Object.values(arms).map(({ driver }) => driver);
  return [...new Set(drivers)].filter((driver) => !isBuiltIn(driver));
}

function isBuiltIn(driver: string): boolean {
  return (DRIVERS as readonly string[]).includes(driver);
}

/** Whether an override has set the driver of an arm, alone or with all that is around it. */
function gives(override: Override, arm: string): boolean {
  const [path, whole] = [overridePath(override), ['arms', arm, 'driver']];
  return path.length <= whole.length && path.every((key, i) => String(key) === whole[i]);
}

// A path has to look like one, or it would be taken for a name.
function beside(file: string, driver: string): string {
  const path = join(dirname(file), driver);
  return isAbsolute(path) || path.startsWith('../') ? path : `./${path}`;
}
