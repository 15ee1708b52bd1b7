import { formatDuration, plural } from '../../report/format.js';
import { type LoadedScenario, parseOverride, plannedWork, type Scenario } from '../../scenario/index.js';
import type { Io } from '../io.js';
import { EXIT } from '../exit-codes.js';
import { loadScenarios } from '../load-scenarios.js';

export interface ValidateFlags {
  readonly quick: boolean;
  readonly set: readonly string[];
}

/** `mp-bench validate`: what each scenario would do, without doing it. */
export async function validate(io: Io, names: readonly string[], { quick, set }: ValidateFlags): Promise<number> {
  const scenarios = await loadScenarios(io, { names, quick, overrides: set.map(parseOverride) });
  for (const loaded of scenarios) {
    io.stdout.write(`${planned(loaded)}\n`);
    for (const warning of loaded.warnings) io.stderr.write(`${loaded.scenario.name}: ${warning}\n`);
  }
  return EXIT.ok;
}

function planned({ scenario, hash }: LoadedScenario): string {
  const { launches, operations, durationMs, peakConnections } = plannedWork(scenario);
  const arms = Object.entries(launches).map(([name, count]) => `${name} ${count}`);
  return [
    `${scenario.name} (${hash}): ${plural(operations, 'request')}, about ${formatDuration(durationMs)}`,
    `at most ${plural(peakConnections, 'connection')}`,
    `launches: ${arms.join(', ')}${extended(scenario.sampling)}`,
  ].join('; ');
}

function extended({ extendTo = [] }: Scenario['sampling']): string {
  return extendTo.length > 0 ? `; up to ${extendTo.join(', then ')} pairs while a verdict is open` : '';
}
