import { MpBenchError } from '../base/index.js';
import { type LoadedScenario, type Scenario, venuesOf } from '../scenario/index.js';

/**
 * Checks that the drivers speak the protocols of a scenario's venues; mock and observe do without drivers.
 * @throws {MpBenchError} E_SCENARIO
 */
export async function checkSpoken({ scenario, file }: LoadedScenario): Promise<void> {
  const { venueClients } = await import('../driver/venues/index.js');
  const mute = venuesOf(scenario).filter((venue) => !Object.hasOwn(venueClients, venue));
  if (mute.length === 0) return;
  const message = `the drivers do not speak ${mute.join(', ')}, only ${Object.keys(venueClients).join(', ')}`;
  const hint = `mp-bench observe --scenario ${scenario.name} -- <command> measures a program of yours instead`;
  throw new MpBenchError('E_SCENARIO', `${file}: ${message}`, [{ message, location: { file }, hint }]);
}

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
