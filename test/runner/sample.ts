import { Claims, type ClaimedConnection } from '../../src/driver/index.js';
import type {
  FaultKind,
  FaultStamp,
  LedgerConnection,
  LedgerCounts,
  LedgerSubscription,
} from '../../src/exchange/protocol.js';
import type { ArmReport, StreamTally } from '../../src/runner/arm/messages.js';
import type { LaunchSample } from '../../src/runner/launch.js';

/** Builds launches for tests: an honest client and its exchange, to be spoiled by the test. */

export function claimed(id: number, facts: Partial<ClaimedConnection> = {}): ClaimedConnection {
  return {
    id,
    endpoint: 0,
    localPort: 40_000 + id,
    carries: 'requests',
    connected: true,
    openedAtMs: 10,
    closedAtMs: 20,
    requestsSent: 1,
    responsesReceived: 1,
    ...facts,
  };
}

export function accepted(id: number, facts: Partial<LedgerConnection> = {}): LedgerConnection {
  return {
    endpoint: 0,
    remoteAddress: '127.0.0.1',
    remotePort: 40_000 + id,
    ordinal: 0,
    acceptedAtMs: id,
    readyAtMs: 11,
    closedAtMs: 20,
    endedBy: 'client',
    tls: 'full',
    upgraded: false,
    requests: 1,
    responses: 1,
    ...facts,
  };
}

export function served(stream: string, facts: Partial<LedgerSubscription> = {}): LedgerSubscription {
  return {
    stream,
    endpoint: 0,
    remotePort: 40_001,
    startedAtMs: 10,
    firstMessageAtMs: 11,
    endedAtMs: 100,
    endedBy: 'unsubscribe',
    fromId: 1,
    untilId: 11,
    messagesSent: 10,
    sent: [[1, 10]],
    ...facts,
  };
}

export function seen(stream: string, facts: Partial<StreamTally> = {}): StreamTally {
  return { stream, received: 10, repeated: 0, ids: [[1, 10]], interruptions: [], gaps: [], arrivals: null, ...facts };
}

export function fault(kind: FaultKind, touched: number, facts: Partial<FaultStamp> = {}): FaultStamp {
  return { id: kind, kind, endpoint: null, injectedAtMs: 50, liftedAtMs: 80, openAtInjection: 1, touched, ...facts };
}

export interface LaunchFacts {
  readonly claimed?: readonly ClaimedConnection[];
  readonly connections?: readonly LedgerConnection[];
  readonly attempts?: number;
  readonly attemptFailures?: number;
  readonly responses?: number;
  readonly acknowledged?: number;
  readonly subscriptions?: readonly LedgerSubscription[];
  readonly streams?: readonly StreamTally[];
  readonly faults?: LaunchSample['faults'];
  readonly countsItself?: boolean;
}

export function launch(facts: LaunchFacts): LaunchSample {
  const accounts = facts.countsItself === false ? null : ({} as NonNullable<ArmReport['http']>);
  const claims = {
    ...new Claims().read(),
    attempts: facts.attempts ?? 0,
    attemptFailures: facts.attemptFailures ?? 0,
    subscriptionsAcknowledged: facts.acknowledged ?? 0,
  };
  const report = {
    claims,
    http: accounts,
    placements: null,
    operations: facts.streams ? null : {},
    streams: null,
  } as unknown as ArmReport;
  const run = facts.streams ? { ...report, streams: { streams: facts.streams } } : report;
  const counts = { responses: facts.responses ?? 0 } as LedgerCounts;
  return {
    pair: 0,
    arm: 'pooled',
    steadiness: { operations: 0, firstHalfMs: 0, secondHalfMs: 0 },
    start: report,
    runs: [
      {
        block: 0,
        report: run as ArmReport,
        ledger: { counts, integrals: { openMs: 0, healthyMs: 0, subscribedMs: 0 } },
      },
    ],
    finish: report,
    ledger: { counts, integrals: { openMs: 0, healthyMs: 0, subscribedMs: 0 } },
    claimed: facts.claimed ?? [],
    connections: facts.connections ?? [],
    subscriptions: facts.subscriptions ?? [],
    faults: facts.faults ?? [],
    rowsDropped: 0,
  };
}
