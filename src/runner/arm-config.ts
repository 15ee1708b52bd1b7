import type { SiteInfo } from '../exchange/protocol.js';
import type { StreamSettings } from '../driver/index.js';
import { type PoolSettings, poolOf, type Scenario, type StreamLoad, venuesOf } from '../scenario/index.js';
import type { ArmConfig, VenueConfig } from './arm/messages.js';

/** What a stack's layers mean for an arm: day 2 adds pooled objects; pooled connections are the driver's. */
export function armConfig(scenario: Scenario, name: string, site: SiteInfo, seed: number): ArmConfig {
  const arm = scenario.arms[name];
  if (!arm) throw new Error(`scenario ${scenario.name} has no arm ${name}`);
  const { requests, streams } = scenario.load;
  const pool = poolOf(scenario, name);
  const timeoutMs = requests?.timeoutMs ?? pool.acquireTimeoutMs;
  return {
    arm: name,
    driver: arm.driver,
    objects: arm.stack === 'day1' ? 'fresh' : 'pooled',
    venues: venueConfigs(scenario, site),
    ca: site.ca,
    settings: {
      requestTimeoutMs: timeoutMs,
      attemptTimeoutMs: Math.min(timeoutMs, pool.attemptTimeoutMs),
      tries: pool.tries,
      max: pool.max,
      min: pool.min,
      warmStart: pool.warmStart,
      acquireTimeoutMs: pool.acquireTimeoutMs,
      dialTimeoutMs: pool.dialTimeoutMs,
      idleTimeoutMs: pool.idleTimeoutMs,
      failureThreshold: pool.failureThreshold,
      cooldownMs: pool.cooldownMs,
      streamsPerConnection: pool.streamsPerConnection,
      silenceTimeoutMs: pool.silenceTimeoutMs,
      pingTimeoutMs: pool.pingTimeoutMs,
      streams: streamSettings(pool),
    },
    rules: { timeScale: scenario.timeScale ?? 1, rules: scenario.rules ?? {} },
    requests: requests
      ? {
          polls: requests.polls ?? [
            { venue: scenario.venue, operation: requests.operation, symbols: scenario.market.symbols, weight: 1 },
          ],
          levels: requests.levels,
          arrivals: requests.arrivals,
          ratePerSecond: requests.arrivals === 'poisson' ? requests.ratePerSecond : null,
          operations: requests.operations,
          maxInFlight: requests.maxInFlight,
          timeoutMs: requests.timeoutMs,
        }
      : null,
    streams: streams ? { ...streams, subscriptions: subscriptionsOf(scenario, streams) } : null,
    // The same seed for every arm: the arrivals must not differ between them.
    seed: `${seed}/${scenario.name}`,
  };
}

const STREAM_SETTINGS = [
  'standby',
  'feeds',
  'staleAfterMs',
  'ackTimeoutMs',
  'rotateBeforeMs',
  'rotateSpreadMs',
  'settleMs',
  'mergeWaitMs',
  'backoff',
  'rebalance',
] as const;

/** Only what the scenario says: the pool has defaults of its own. */
function streamSettings(pool: PoolSettings): StreamSettings {
  return Object.fromEntries(STREAM_SETTINGS.flatMap((name) => (pool[name] === undefined ? [] : [[name, pool[name]]])));
}

function venueConfigs(scenario: Scenario, site: SiteInfo): VenueConfig[] {
  const { endpoints } = scenario;
  return venuesOf(scenario).map((name, i) => ({
    name,
    endpoints: site.endpoints.slice(i * endpoints, (i + 1) * endpoints),
    firstEndpoint: i * endpoints,
    symbols: site.symbols[name] ?? [],
  }));
}

function subscriptionsOf({ venue }: Scenario, { subscriptions }: StreamLoad) {
  return subscriptions.map((subscription) => ({ ...subscription, venue: subscription.venue ?? venue }));
}
