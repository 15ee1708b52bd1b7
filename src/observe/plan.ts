import { MpBenchError } from '../base/index.js';
import { faultTimeline, linkOf, rulesOf, type Scenario, venuesOf } from '../scenario/index.js';
import type { ObservedSite, TimedFault } from './options.js';

/** What was asked for on the command line; it comes before what a scenario says. */
export interface ObserveWishes {
  readonly venue: string;
  /** TLS is never the scenario's choice: a program that was not told to trust the mocks could not talk to them. */
  readonly tls: boolean;
  readonly endpoints?: number;
  readonly rttMs?: number;
  readonly seed: number;
}

const SYMBOLS = 20;

/** The site that a program is observed against: the scenario's market, link and rules, without one a plain small one. */
export function observedSite(scenario: Scenario | null, wishes: ObserveWishes): ObservedSite {
  const { venue, tls, seed, endpoints, rttMs } = wishes;
  const link = scenario ? linkOf(scenario) : { rttMs: 0 };
  return {
    venue,
    seed: `${seed}/observe`,
    endpoints: endpoints ?? scenario?.endpoints ?? 1,
    tls,
    symbols: scenario?.market.symbols ?? SYMBOLS,
    activity: scenario?.market.activity ?? 1,
    link: rttMs === undefined ? link : { ...link, rttMs },
    ...(scenario && rulesOf(scenario)),
  };
}

/**
 * The scenario's faults, each from the program's start. Where a scenario has several venues its endpoints are numbered
 * through; those of other venues are left out, and those of `venue` count from 0.
 * @throws {MpBenchError} E_USAGE when one is for an endpoint that the observation does not have
 */
export function observedFaults(scenario: Scenario | null, { venue, endpoints }: ObservedSite): TimedFault[] {
  if (!scenario) return [];
  const venues: readonly string[] = venuesOf(scenario);
  const first = Math.max(0, venues.indexOf(venue)) * scenario.endpoints;
  const faults = faultTimeline(scenario).flatMap((fault): TimedFault[] => {
    if (fault.endpoint === null) return [{ ...fault, endpoint: null }];
    const endpoint = fault.endpoint - first;
    return endpoint >= 0 && endpoint < scenario.endpoints ? [{ ...fault, endpoint }] : [];
  });
  const beyond = faults.find(({ endpoint }) => endpoint !== null && endpoint >= endpoints);
  if (!beyond) return faults;
  const message = `${scenario.name} has a fault for endpoint ${beyond.endpoint}, and there are ${endpoints}`;
  throw new MpBenchError('E_USAGE', message, [{ message, hint: 'ask for more with --endpoints, counted from 0' }]);
}
