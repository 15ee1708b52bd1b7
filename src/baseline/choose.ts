import type { ScenarioRecord } from '../record/record.js';
import { fittingScenario } from './compare.js';
import type { RunContext } from './context.js';
import type { Baseline } from './format.js';

/**
 * The baselines that a scenario is compared with: all references that fit, and of the gate baselines that fit the newest.
 * Baselines that the user named are compared in any case, so they are not to be sent through here.
 */
export function chooseBaselines(
  baselines: readonly Baseline[],
  scenario: Pick<ScenarioRecord, 'name' | 'hash'>,
  context: Pick<RunContext, 'mode' | 'metricVersion'>,
): Baseline[] {
  const fitting = baselines.filter((baseline) => typeof fittingScenario(scenario, context, baseline) !== 'string');
  const newestGate = fitting
    .filter((baseline) => baseline.role === 'gate')
    .toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt))[0];
  return [...fitting.filter((baseline) => baseline.role === 'reference'), ...(newestGate ? [newestGate] : [])];
}
