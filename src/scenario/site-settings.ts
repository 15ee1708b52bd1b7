import type { PoolSettings, Scenario } from './schema.js';

/** The link of a scenario in the units of the exchange: milliseconds, and bits a second. */
export function linkOf({ link: { rttMs, jitterMs, bandwidthMbit } }: Scenario): {
  readonly rttMs: number;
  readonly jitterMs?: number;
  readonly bitsPerSecond?: number;
} {
  return {
    rttMs,
    ...(jitterMs !== undefined && { jitterMs }),
    ...(bandwidthMbit !== undefined && { bitsPerSecond: bandwidthMbit * 1e6 }),
  };
}

/** What a scenario changes about the rules of its venues; only the fields that it has. */
export function rulesOf({ limits, timeScale, rules }: Scenario): Pick<Scenario, 'limits' | 'timeScale' | 'rules'> {
  return {
    ...(limits !== undefined && { limits }),
    ...(timeScale !== undefined && { timeScale }),
    ...(rules !== undefined && { rules }),
  };
}

/** Every venue of a scenario, in the order in which their endpoints are numbered. */
export function venuesOf({ venue, otherVenues = [] }: Scenario): Scenario['venue'][] {
  return [venue, ...otherVenues];
}

/** The settings of an arm's pool: the scenario's, and what the arm has of its own. */
export function poolOf({ pool, arms }: Scenario, arm: string): PoolSettings {
  return { ...pool, ...arms[arm]?.pool };
}
