import { type Scenario, venuesOf } from '../scenario/index.js';

/**
 * Checks a scenario's changes to the rules of its venues.
 * @throws {MpBenchError} E_RULES when a rule does not exist, or would be too short to mean anything over its link
 */
export async function checkRules(scenario: Scenario): Promise<void> {
  const { timeScale, rules, link } = scenario;
  if (timeScale === undefined && rules === undefined) return;
  // Loading the venues takes longer than most commands do, and most scenarios leave their rules alone.
  const { venues } = await import('../exchange/venues/index.js');
  const { effectiveRules } = await import('../exchange/rules.js');
  for (const name of venuesOf(scenario))
    effectiveRules(venues[name].rules, { timeScale: timeScale ?? 1, overrides: rules ?? {}, rttMs: link.rttMs });
}
