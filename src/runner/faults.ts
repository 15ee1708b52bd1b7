import type { FaultStamp } from '../exchange/protocol.js';
import type { FaultRow } from '../record/record.js';
import type { OperationLog } from './arm/messages.js';
import type { LaunchSample } from './launch.js';
import { isUnder, type Resumption, StreamLog } from './stream-log.js';

/** Good operations in a row that prove recovery (metrics.md, failoverMs). */
const PROOF_OF_RECOVERY = 20;
/** How a record names a fault that no single endpoint had. */
const ALL_ENDPOINTS = -1;

export interface FaultFinding {
  readonly row: FaultRow;
  /** Per affected stream: last good message before → first good message after. */
  readonly gapsMs: readonly number[];
}

/** Recovery of one kind of work: how much was touched, and after how long it was well; null: not before the lift. */
interface Recovery {
  readonly affected: number;
  readonly recoveredMs: number | null;
}

/** What each fault of a launch did to the client, on the clock that both sides share. */
export function findFaults(launch: LaunchSample): FaultFinding[] {
  const streams = new StreamLog(launch);
  return launch.faults.map((stamp) => findFault(launch, stamp, streams));
}

function findFault(launch: LaunchSample, stamp: FaultStamp, log: StreamLog): FaultFinding {
  const { injectedAtMs } = stamp;
  const liftedAtMs = stamp.liftedAtMs ?? Number.POSITIVE_INFINITY;
  const logs = launch.runs.flatMap(({ report }) => (report.operations?.log ? [report.operations.log] : []));
  const http = operationsRecovery(logs, injectedAtMs, liftedAtMs);
  const resumptions = log.resumptions(stamp);
  const streams = streamsRecovery(resumptions, injectedAtMs, liftedAtMs);
  const untilMs = nextInjectionAtMs(launch, stamp);
  const deaths = deathsOf(launch)
    .filter(({ endpoint, atMs }) => isUnder(stamp, endpoint) && atMs >= injectedAtMs && atMs < untilMs)
    .map(({ atMs }) => atMs);
  // A retry that hid the fault was felt too; whose it was can be told only where the launch had one fault.
  const retried = launch.faults.length === 1 && launch.finish.claims.attemptFailures > 0;
  const felt = http.affected > 0 || streams.affected > 0 || retried;
  return {
    row: {
      arm: launch.arm,
      launch: launch.pair,
      kind: stamp.kind,
      endpoint: stamp.endpoint ?? ALL_ENDPOINTS,
      injectedAtMs,
      detectedMs: deaths.length === 0 ? null : Math.min(...deaths) - injectedAtMs,
      recoveredMs: felt ? latest(http.recoveredMs, streams.recoveredMs) : null,
      durationMs: liftedAtMs - injectedAtMs,
      felt,
      operationsAffected: http.affected,
      streamsAffected: streams.affected,
    },
    gapsMs: resumptions.flatMap(gapOf),
  };
}

/**
 * Injection → end of the last operation that failed or was late, provided that enough good ones follow before the
 * fault is lifted. Alternating between a living and a dead endpoint never recovers by this measure.
 */
export function operationsRecovery(logs: readonly OperationLog[], injectedAtMs: number, liftedAtMs: number): Recovery {
  let [affected, lastBadAtMs] = [0, Number.NEGATIVE_INFINITY];
  for (const log of logs) {
    for (const [i, endedAtMs] of log.endedAtMs.entries()) {
      const under = endedAtMs > injectedAtMs && (log.intendedAtMs[i] ?? 0) < liftedAtMs;
      if (!under || log.good[i] === 1) continue;
      affected += 1;
      lastBadAtMs = Math.max(lastBadAtMs, endedAtMs);
    }
  }
  if (affected === 0) return { affected, recoveredMs: 0 };
  const followers = logs.flatMap(({ endedAtMs, good }) =>
    [...endedAtMs].filter((at, i) => good[i] === 1 && at > lastBadAtMs && at < liftedAtMs),
  );
  return { affected, recoveredMs: followers.length >= PROOF_OF_RECOVERY ? lastBadAtMs - injectedAtMs : null };
}

function streamsRecovery(resumptions: readonly Resumption[], injectedAtMs: number, liftedAtMs: number): Recovery {
  const firsts = resumptions.map(({ firstMessageAtMs }) => firstMessageAtMs ?? Number.POSITIVE_INFINITY);
  const last = Math.max(injectedAtMs, ...firsts);
  return { affected: resumptions.length, recoveredMs: last < liftedAtMs ? last - injectedAtMs : null };
}

/** When the next fault of the launch begins: what the client notices from then on may be of that one. */
function nextInjectionAtMs({ faults }: LaunchSample, stamp: FaultStamp): number {
  const later = faults.map(({ injectedAtMs }) => injectedAtMs).filter((atMs) => atMs > stamp.injectedAtMs);
  return Math.min(...later, Number.POSITIVE_INFINITY);
}

function gapOf({ lastMessageAtMs, firstMessageAtMs }: Resumption): number[] {
  return firstMessageAtMs === null || lastMessageAtMs === null ? [] : [firstMessageAtMs - lastMessageAtMs];
}

function deathsOf(launch: LaunchSample): readonly { endpoint: number; atMs: number }[] {
  return [launch.start, ...launch.runs.map(({ report }) => report), launch.finish].flatMap(
    ({ claims }) => claims.declaredDead,
  );
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}
