import type { Scenario } from '../scenario/index.js';
import type { AccountsReading, ArmReport } from './arm/messages.js';
import type { FaultFinding } from './faults.js';
import type { LaunchSample, RunSample } from './launch.js';
import type { LedgerDelta } from './ledger-delta.js';
import { lossOf } from './stream-ledger.js';
import { Tally, type Known } from './tally.js';

/** What one run of a launch amounts to, on its own. */
export function tallyOfRun(scenario: Scenario, sample: RunSample): Tally {
  const tally = new Tally(knownOf(scenario, sample.report));
  countRun(tally, scenario, sample);
  tally.count(handshakes(sample.ledger));
  return tally;
}

/** What one launch amounts to: its start, its runs, its end, and its faults. */
export function tallyOfLaunch(scenario: Scenario, launch: LaunchSample, faults: readonly FaultFinding[]): Tally {
  const tally = new Tally(knownOf(scenario, launch.start));
  for (const run of launch.runs) countRun(tally, scenario, run);
  for (const report of [launch.start, launch.finish]) countAccounts(tally, scenario, report);
  // Handshakes of the whole launch: the runs' windows miss those of the start.
  tally.count(handshakes(launch.ledger));
  const { lost, unreported, overReported, inHandover } = lossOf(launch);
  tally.count({ lost, lossUnreported: unreported, gapOverReport: overReported, handoverLoss: inHandover });
  if (!tally.known.accounts) countFromLedger(tally, launch.ledger);
  const last = launch.finish;
  tally.count({
    attempts: last.claims.attempts,
    attemptFailures: last.claims.attemptFailures,
    retries: last.claims.retries,
    failovers: last.claims.failovers,
  });
  countFaults(tally, faults);
  if (last.machine.heapUsedMb !== null) tally.heapUsedMb.push(last.machine.heapUsedMb);
  if (last.machine.rssMb !== null) tally.rssMb.push(last.machine.rssMb);
  return tally;
}

function knownOf(scenario: Scenario, report: ArmReport): Known {
  return {
    requests: scenario.load.requests !== undefined,
    streams: scenario.load.streams !== undefined,
    accounts: report.http !== null || report.placements !== null,
    faults: scenario.faults !== undefined || scenario.timeline !== undefined,
  };
}

function countRun(tally: Tally, scenario: Scenario, { report, ledger }: RunSample): void {
  const { window, machine } = report;
  tally.count({ activeMs: window.offeredUntilMs - window.beganAtMs, cpuUs: machine.cpuUs });
  tally.distribute('gcPauseMs', machine.gcPauseMs);
  tally.distribute('eventLoopDelayMs', machine.eventLoopDelayMs);
  countAccounts(tally, scenario, report);
  countOperations(tally, scenario, report);
  countStreams(tally, report);
  tally.count({
    ledgerOpenMs: ledger.integrals.openMs,
    ledgerHealthyMs: ledger.integrals.healthyMs,
    subscribes: ledger.counts.subscribes,
    unsubscribes: ledger.counts.unsubscribes,
  });
  if (report.objects) {
    const { asked, hits, created } = report.objects;
    tally.count({ objectsAsked: asked, objectHits: hits, objectsCreated: created });
  }
}

function countOperations(tally: Tally, scenario: Scenario, { operations }: ArmReport): void {
  if (!operations) return;
  tally.count({
    attempted: operations.attempted,
    completed: operations.completed,
    unstarted: operations.unstarted,
    failed: Object.values(operations.failures).reduce((sum, n) => sum + n, 0),
  });
  tally.errors.add(operations.failures);
  if (scenario.load.requests?.arrivals === 'burst') tally.count({ completionMs: operations.completionMs, bursts: 1 });
  tally.distribute('responseTimeMs', operations.responseMs);
  tally.distribute('serviceTimeMs', operations.serviceMs);
  tally.distribute('startLagMs', operations.startLagMs);
}

function countStreams(tally: Tally, { streams }: ArmReport): void {
  if (!streams) return;
  tally.count({
    desiredMs: streams.desiredMs,
    acknowledgedMs: streams.acknowledgedMs,
    received: sum(streams.streams.map((stream) => stream.received)),
    repeated: sum(streams.streams.map((stream) => stream.repeated)),
  });
  tally.distribute('subscribeLatencyMs', streams.subscribeMs);
  tally.distribute('messageDelayMs', streams.delayMs);
}

/**
 * Exclusive leases (requests) and shared ones (streams) never mix in a rate: where a scenario has both, acquire
 * metrics speak of the requests; connections and their time are summed over both.
 */
function countAccounts(tally: Tally, scenario: Scenario, report: ArmReport): void {
  const main = report.http ?? report.placements;
  const capacity = report.http ? 1 : scenario.pool.streamsPerConnection;
  if (main) countLeases(tally, main, capacity, scenario, report.window);
  const both = [report.http, report.placements].filter((reading) => reading !== null);
  tally.count({
    opened: sum(both.map((reading) => reading.opened)),
    connectionMs: sum(both.map((reading) => reading.integralsMs.open)),
    setupTotalMs: sum(both.map((reading) => reading.setupTotalMs)),
  });
  for (const reading of both) {
    tally.setupPartsMs.add(setupParts(reading, scenario));
    tally.distribute('setupLatencyMs', reading.setupMs);
    tally.distribute('connectionLifetimeMs', reading.lifetimeMs);
  }
}

function countLeases(
  tally: Tally,
  reading: AccountsReading,
  capacity: number,
  scenario: Scenario,
  window: ArmReport['window'],
): void {
  const { direct, waited, dialed } = reading.acquires;
  tally.acquires.add(reading.acquires);
  tally.count({
    acquired: direct + waited + dialed,
    direct,
    uses: reading.uses,
    reuses: reading.reuses,
    openMs: reading.integralsMs.open,
    usedMs: reading.integralsMs.used,
    pendingMs: reading.integralsMs.pending,
    capacityMs: reading.integralsMs.open * capacity,
    maximumMs: (window.offeredUntilMs - window.beganAtMs) * scenario.pool.max * capacity,
  });
  for (const outcome of ['direct', 'waited', 'dialed'] as const) {
    tally.distribute('acquireLatencyMs', reading.acquireMs[outcome]);
  }
  tally.distribute('useTimeMs', reading.useMs);
}

/** The kernel's SYN cannot be delayed, so the link charges its round trip to the first bytes; it belongs to `tcp`. */
function setupParts({ setupPartsMs, opened }: AccountsReading, scenario: Scenario): Record<string, number> {
  const { dnsMs, tcpMs, tlsMs, upgradeMs } = setupPartsMs;
  const shiftedMs = scenario.tls ? opened * scenario.link.rttMs : 0;
  return { dns: dnsMs, tcp: tcpMs + shiftedMs, tls: tlsMs - shiftedMs, upgrade: upgradeMs };
}

/** For a client that cannot count its own connections, the exchange's count stands. */
function countFromLedger(tally: Tally, { counts, integrals }: LedgerDelta): void {
  tally.count({
    opened: counts.handshakesFull + counts.handshakesResumed,
    uses: counts.requests,
    reuses: counts.reusedRequests,
    connectionMs: integrals.openMs,
  });
}

function countFaults(tally: Tally, faults: readonly FaultFinding[]): void {
  for (const { row, gapsMs } of faults) {
    tally.count({ faultsInjected: 1, faultsFelt: row.felt ? 1 : 0 });
    if (!row.felt) continue;
    tally.count({ faultsMissed: row.recoveredMs === null ? 1 : 0 });
    tally.histograms.failoverMs.record(row.recoveredMs ?? row.durationMs);
    if (row.detectedMs !== null) tally.histograms.detectMs.record(row.detectedMs);
    for (const gap of gapsMs) tally.histograms.gapMs.record(gap);
  }
}

function handshakes({ counts }: LedgerDelta): { handshakesFull: number; handshakesResumed: number } {
  return { handshakesFull: counts.handshakesFull, handshakesResumed: counts.handshakesResumed };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
