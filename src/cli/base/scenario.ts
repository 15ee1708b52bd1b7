import { metricAt } from '../../metrics/index.js';
import type { LoadedScenario, Scenario } from '../../scenario/index.js';

const BASE = 'base';

/**
 * The scenario as a comparison of two builds: the gated arm against itself in the other build, which becomes the control
 * arm. Its gates compare the two in the run, and so do its exact counts; of the targets those stay that need no other arm.
 * Undefined for a scenario that gates nothing.
 */
export function againstBase(loaded: LoadedScenario, driverOf: (driver: string) => string): LoadedScenario | undefined {
  const { scenario } = loaded;
  const name = scenario.gates[0]?.arm;
  const arm = name === undefined ? undefined : scenario.arms[name];
  if (name === undefined || arm === undefined) return undefined;
  const compared: Scenario = {
    ...scenario,
    arms: {
      [BASE]: { ...arm, driver: driverOf(arm.driver), role: 'control', launches: null },
      [name]: { ...arm, role: 'test', launches: null },
    },
    gates: [...scenario.gates.filter((gate) => gate.arm === name).map(timed), ...countsOf(scenario, name)],
    targets: scenario.targets.filter((target) => target.arm === name && !('against' in target)),
    deterministic: {},
  };
  return { ...loaded, scenario: compared, resolved: compared };
}

function timed(gate: Scenario['gates'][number]): Scenario['gates'][number] {
  return { ...gate, against: BASE };
}

function countsOf({ deterministic }: Scenario, arm: string): Scenario['gates'] {
  return (deterministic[arm] ?? [])
    .filter((metric) => metricAt(metric)?.definition.shape === 'count')
    .map((metric) => ({ arm, metric, against: BASE, margin: 0, deadZone: 0 }));
}
