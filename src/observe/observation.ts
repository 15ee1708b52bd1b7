import type { LedgerConnection, LedgerCounts, LedgerSnapshot } from '../exchange/protocol.js';
import type {
  Observation,
  ObservedConnections,
  ObservedProgram,
  ObservedRequests,
  ObservedStreams,
} from '../record/index.js';
import { observedFault } from './faults.js';
import { type Outage, outagesOf } from './outages.js';
import { peakOpen } from './peak.js';
import { kindOf, lossesOf, reconnectsOf } from './reconnects.js';
import type { ObservedSubscription } from './rows.js';
import { spreadOf } from './spread.js';

/** All that the exchange knows of one program, when it is over. */
export interface ObservedLedger {
  /** In order of acceptance. */
  readonly connections: readonly LedgerConnection[];
  readonly subscriptions: readonly ObservedSubscription[];
  /** The last state of the ledger. */
  readonly state: Pick<LedgerSnapshot, 'counts' | 'integrals' | 'faults'>;
}

/** What the observation was given, not what was seen. */
export interface ObservedPlan extends Pick<Observation, 'venue' | 'endpoints' | 'tls' | 'rttMs' | 'faultsPlanned'> {
  readonly program: ObservedProgram;
  /** When the program was started, on the clock of the ledger. */
  readonly startMs: number;
}

const NAMES_SHOWN = 20;

/** Counted among the violations because that is where it would be looked for; no program can break them. */
const OWN_TROUBLE = new Set(['exchange-error', 'fault-not-lifted', 'sent-without-subscription', 'too-many-orphans']);

/** What the exchange saw: a function of its ledger alone, so that the same ledger always gives the same observation. */
export function observationOf(ledger: ObservedLedger, { startMs, ...plan }: ObservedPlan): Observation {
  const { connections, state } = ledger;
  const http = lossesOf(connections, 'http');
  const stream = lossesOf(connections, 'stream');
  const outages = outagesOf(ledger.subscriptions);
  const losses = { connections: [...http, ...stream], outages };
  return {
    ...plan,
    connections: observedConnections(connections, state.counts),
    requests: observedRequests(connections, state.counts),
    reconnects: { http: reconnectsOf(http), stream: reconnectsOf(stream) },
    streams: observedStreams(outages, state.counts),
    limitsBroken: brokenRules(state.counts),
    faults: state.faults.map((stamp) => observedFault(stamp, losses, startMs)),
  };
}

/** Rules of the venue that the program broke, and how often. */
export function brokenRules({ violations }: LedgerCounts): Record<string, number> {
  return pick(violations, (name) => !OWN_TROUBLE.has(name));
}

/** Sentences on what went wrong at the exchange itself, which makes some of its figures doubtful. */
export function troubleOf({ violations }: LedgerCounts): string[] {
  return Object.entries(pick(violations, (name) => OWN_TROUBLE.has(name))).map(
    ([name, count]) => `the exchange had trouble of its own: ${name}, ${count} times`,
  );
}

function observedConnections(rows: readonly LedgerConnection[], counts: LedgerCounts): ObservedConnections {
  const { accepted, closedByClient, closedByExchange, closedByFault } = counts;
  return {
    opened: accepted,
    endedByClient: closedByClient,
    endedByExchange: closedByExchange,
    endedByFault: closedByFault,
    stillOpen: accepted - closedByClient - closedByExchange - closedByFault,
    peakOpen: peakOpen(rows),
    unused: rows.filter((row) => kindOf(row) === null).length,
    handshakesFull: counts.handshakesFull,
    handshakesResumed: counts.handshakesResumed,
    cutInHandshake: counts.cutInHandshake,
    bytesRead: counts.bytesRead,
    bytesWritten: counts.bytesWritten,
  };
}

function observedRequests(rows: readonly LedgerConnection[], counts: LedgerCounts): ObservedRequests {
  const { requests, responses, reusedRequests, responsesByStatus } = counts;
  const carriers = rows.filter((row) => row.requests > 0 && !row.upgraded);
  return {
    received: requests,
    answered: responses,
    byStatus: responsesByStatus,
    reused: reusedRequests,
    reuseRate: requests === 0 ? null : reusedRequests / requests,
    perConnection: spreadOf(carriers.map((row) => row.requests)),
  };
}

function observedStreams(outages: readonly Outage[], counts: LedgerCounts): ObservedStreams {
  const delays = outages.flatMap(({ lostAtMs, backAtMs }) => (backAtMs === null ? [] : [backAtMs - lostAtMs]));
  const down = outages.filter(({ backAtMs }) => backAtMs === null).map(({ stream }) => stream);
  return {
    upgrades: counts.upgrades,
    upgradesRefused: counts.upgradesRefused,
    subscribed: counts.subscribes,
    unsubscribed: counts.unsubscribes,
    messagesSent: counts.messagesSent,
    unsentWhileDown: counts.unsentWhileDown,
    withheld: counts.withheld,
    losses: outages.length,
    resubscribed: delays.length,
    delayMs: spreadOf(delays),
    neverResubscribed: down.length,
    downAtEnd: down.toSorted().slice(0, NAMES_SHOWN),
    closesByCode: counts.closesByCode,
    pingsSent: counts.pingsSent,
    pongsReceived: counts.pongsReceived,
  };
}

function pick(counts: Readonly<Record<string, number>>, wanted: (name: string) => boolean): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([name]) => wanted(name)));
}
