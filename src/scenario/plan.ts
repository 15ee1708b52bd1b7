import type { Scenario } from './schema.js';
import { poolOf } from './site-settings.js';

export interface PlannedWork {
  /** Launches by arm. */
  readonly launches: Readonly<Record<string, number>>;
  /** Request operations of all arms together, warm-up included. */
  readonly operations: number;
  /** Length of one slice's (or launch's) load as planned, not measured. */
  readonly loadMs: number;
  /** The whole scenario, with a second for starting and stopping each launch. */
  readonly durationMs: number;
  /** Most connections that one arm can have open; arms never run at the same time. */
  readonly peakConnections: number;
}

const LAUNCH_OVERHEAD_MS = 1000;
/** A dial and a request: three round trips of set-up over TLS, one for the answer. */
const COLD_ROUND_TRIPS = { tls: 3, plain: 2 };

/** What a scenario asks for, computed without running it. */
export function plannedWork(scenario: Scenario): PlannedWork {
  const loadMs = sliceMs(scenario);
  const launches = Object.fromEntries(
    Object.entries(scenario.arms).map(([name, arm]) => [name, arm.launches ?? scenario.sampling.pairs]),
  );
  const total = Object.values(launches).reduce((sum, count) => sum + count, 0);
  const slices = slicesPerLaunch(scenario);
  const operations = total * (scenario.warmUp.operations + slices * (scenario.load.requests?.operations ?? 0));
  return {
    launches,
    operations,
    loadMs,
    durationMs: total * (slices * loadMs + LAUNCH_OVERHEAD_MS),
    peakConnections: Math.max(...Object.keys(scenario.arms).map((arm) => connectionsOf(scenario, arm))),
  };
}

// A block holds one slice of each arm.
function slicesPerLaunch({ sampling }: Scenario): number {
  return sampling.unit === 'slice' ? sampling.blocks : 1;
}

function sliceMs(scenario: Scenario): number {
  const { requests, streams } = scenario.load;
  const cold = scenario.link.rttMs * (scenario.tls ? COLD_ROUND_TRIPS.tls : COLD_ROUND_TRIPS.plain);
  const streaming = streams ? cold + streams.holdMs * (streams.change > 0 ? 2 : 1) : 0;
  if (!requests) return streaming;
  const rounds = Math.ceil(requests.operations / requests.maxInFlight);
  const requesting =
    requests.arrivals === 'poisson' ? (requests.operations / requests.ratePerSecond) * 1000 + cold : rounds * cold;
  return Math.max(requesting, streaming);
}

function connectionsOf(scenario: Scenario, name: string): number {
  const { load, arms } = scenario;
  const pool = poolOf(scenario, name);
  const driver = arms[name]?.driver;
  const streams = (load.streams?.subscriptions ?? []).reduce((sum, { symbols }) => sum + symbols, 0);
  const requests = load.requests?.maxInFlight ?? 0;
  if (driver === 'pooled') {
    const carrying = Math.ceil((streams * (pool.feeds ?? 1)) / pool.streamsPerConnection);
    const shared = Math.min(pool.max, carrying + (pool.standby ?? 0));
    return (load.requests ? pool.max : 0) + shared;
  }
  return requests + (driver === 'default' ? Math.min(1, streams) : streams);
}
