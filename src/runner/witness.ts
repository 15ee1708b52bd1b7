import type { ClaimedConnection } from '../driver/index.js';
import type { LedgerConnection, LedgerSubscription } from '../exchange/protocol.js';
import type { WitnessCheck } from '../record/record.js';
import type { LaunchSample } from './launch.js';
import { type Identity, identity } from './identity.js';
import { messageIdentities } from './message-witness.js';
import { streamAccounts, type StreamAccount } from './stream-ledger.js';
import { isUnder } from './stream-log.js';

/** Holds the client's claims of every launch of an arm against the exchange's ledger. */
export function checkWitnesses(arm: string, launches: readonly LaunchSample[]): WitnessCheck[] {
  const byId = new Map<string, Identity[]>();
  for (const launch of launches) {
    for (const identity of identitiesOf(launch)) byId.set(identity.id, [...(byId.get(identity.id) ?? []), identity]);
  }
  return [...byId].map(([id, identities]) => summed(arm, id, identities));
}

function identitiesOf(launch: LaunchSample): Identity[] {
  const counts = launch.start.http !== null || launch.start.placements !== null;
  const asked = launch.runs.some(({ report }) => report.operations !== null);
  const identities = asked ? [answers(launch)] : [];
  if (counts) identities.push(...connectionIdentities(launch, asked));
  const streams = streamAccounts(launch);
  if (streams.length > 0) identities.push(subscriptions(launch, streams), ...messageIdentities(launch, streams));
  return identities;
}

/** Answers that the client's attempts had, against responses that the exchange wrote in full. */
function answers(launch: LaunchSample): Identity {
  const { attempts, attemptFailures } = launch.finish.claims;
  const client = attempts - attemptFailures;
  const exchange = launch.ledger.counts.responses;
  // A response can be on its way when its connection dies; then an attempt failed at the client. Or it can arrive
  // although the exchange was cut off while writing it, and did not count it.
  const onTheWay = Math.min(Math.max(0, exchange - client), attemptFailures);
  const unfinished = launch.connections.filter(wasCutInResponse).length;
  const arrived = Math.min(Math.max(0, client - exchange), unfinished);
  return identity('answers', client, exchange, { 'lost on the way': onTheWay, 'arrived although cut': -arrived });
}

function connectionIdentities(launch: LaunchSample, asked: boolean): Identity[] {
  const { pairs, clientOnly, exchangeOnly } = matchConnections(launch.claimed, launch.connections);
  // A listener that closes takes with it what the kernel had accepted and the exchange had not.
  const neverAccepted = clientOnly.filter(
    (row) => row.openedAtMs === null && launch.faults.some((fault) => isUnder(fault, row.endpoint)),
  ).length;
  // A dial that the client gave up may have reached the exchange all the same: then its port is known to both.
  const givenUp = pairs.filter(([claim]) => !claim.connected).length;
  const accepted: Identity = {
    id: 'connections',
    client: launch.claimed.filter((claim) => claim.connected).length,
    exchange: launch.connections.length,
    explained: { 'given up while connecting': givenUp, 'reset before they were accepted': -neverAccepted },
    remainder: clientOnly.length - neverAccepted + exchangeOnly.length + launch.rowsDropped,
  };
  return [accepted, usable(pairs), ...(asked ? exchanged(pairs) : [])];
}

type Pair = readonly [Readonly<ClaimedConnection>, LedgerConnection];

/** Connections that both sides call usable; in a fault one side may have finished the handshake alone. */
function usable(pairs: readonly Pair[]): Identity {
  const [client, exchange] = [
    pairs.filter(([claim]) => claim.openedAtMs !== null),
    pairs.filter(([, row]) => row.readyAtMs !== null),
  ];
  const clientAlone = pairs.filter(([claim, row]) => claim.openedAtMs !== null && row.readyAtMs === null);
  const exchangeAlone = pairs.filter(([claim, row]) => claim.openedAtMs === null && row.readyAtMs !== null);
  // Only a connection that was cut, and carried nothing, can be finished on one side alone.
  const cut = clientAlone.filter(([claim]) => claim.responsesReceived === 0 && claim.closedAtMs !== null).length;
  const given = exchangeAlone.filter(([, row]) => row.responses === 0).length;
  return {
    id: 'usable',
    client: client.length,
    exchange: exchange.length,
    explained: { 'cut before the exchange was ready': -cut, 'given up before the client was': given },
    remainder: clientAlone.length - cut + exchangeAlone.length - given,
  };
}

/** Requests and responses, connection by connection: only the last one of a connection may be cut off. */
function exchanged(pairs: readonly Pair[]): Identity[] {
  const requests = pairs.filter(([claim]) => claim.carries === 'requests');
  let [unread, undelivered, arrived, requestRemainder, responseRemainder] = [0, 0, 0, 0, 0];
  for (const [claim, row] of requests) {
    const notRead = claim.requestsSent - row.requests;
    const notReceived = row.responses - claim.responsesReceived;
    const outstanding = claim.requestsSent > claim.responsesReceived ? 1 : 0;
    unread += Math.max(0, Math.min(notRead, outstanding));
    undelivered += Math.max(0, Math.min(notReceived, outstanding));
    const cutInResponse = wasCutInResponse(row) ? 1 : 0;
    arrived += Math.max(0, Math.min(-notReceived, cutInResponse));
    requestRemainder += Math.abs(notRead - clamp(notRead, 0, outstanding));
    responseRemainder += Math.abs(notReceived - clamp(notReceived, -cutInResponse, outstanding));
  }
  const sum = (value: (pair: Pair) => number): number => requests.reduce((total, pair) => total + value(pair), 0);
  return [
    {
      id: 'requests',
      client: sum(([claim]) => claim.requestsSent),
      exchange: sum(([, row]) => row.requests),
      explained: { 'cut before they were read': -unread },
      remainder: requestRemainder,
    },
    {
      id: 'responses',
      client: sum(([claim]) => claim.responsesReceived),
      exchange: sum(([, row]) => row.responses),
      explained: { 'cut before they arrived': undelivered, 'arrived although cut': -arrived },
      remainder: responseRemainder,
    },
  ];
}

/** The exchange had read one more request than it had answered when a fault ended the connection. */
function wasCutInResponse(row: LedgerConnection): boolean {
  return row.endedBy === 'fault' && row.requests === row.responses + 1;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

function subscriptions(launch: LaunchSample, streams: readonly StreamAccount[]): Identity {
  const client = launch.finish.claims.subscriptionsAcknowledged;
  const rows = streams.flatMap((stream) => stream.rows);
  const exchange = rows.length;
  const missing = Math.max(0, exchange - client);
  // An acknowledgement can be lost with its connection, or by a fault that swallows it.
  const cut = rows.filter((row) => row.endedBy !== 'unsubscribe').length;
  const withConnection = Math.min(missing, cut);
  const swallowed = launch.faults.reduce((sum, { kind, touched }) => sum + (kind === 'lost-ack' ? touched : 0), 0);
  const byFault = Math.min(missing - withConnection, swallowed);
  // A stream that several connections carry may leave one of them before that one has acknowledged it.
  const spare = streams.reduce((sum, stream) => sum + stream.rows.filter(isSpare).length, 0);
  return identity('subscriptions', client, exchange, {
    'acknowledgement lost with its connection': withConnection,
    'acknowledgement lost by a fault': byFault,
    'left for another connection before it was acknowledged': Math.min(missing - withConnection - byFault, spare),
  });
}

/** Left in order while another connection carried the stream. */
function isSpare(row: LedgerSubscription, _index: number, rows: readonly LedgerSubscription[]): boolean {
  const endedAtMs = row.endedAtMs ?? Number.POSITIVE_INFINITY;
  const overlaps = (other: LedgerSubscription): boolean =>
    other.startedAtMs <= endedAtMs && (other.endedAtMs ?? Number.POSITIVE_INFINITY) >= row.startedAtMs;
  return row.endedBy === 'unsubscribe' && rows.some((other) => other !== row && overlaps(other));
}

/**
 * Pairs connections by endpoint, port and ordinal: the how-manieth from that port, each side in its own order. One that
 * the client dropped before the exchange accepted it has no port any more; it can only be a dial that came to nothing.
 */
function matchConnections(
  claims: readonly Readonly<ClaimedConnection>[],
  rows: readonly LedgerConnection[],
): { pairs: Pair[]; clientOnly: Readonly<ClaimedConnection>[]; exchangeOnly: LedgerConnection[] } {
  const waiting = new Map<string, LedgerConnection[]>();
  for (const row of rows.toSorted((a, b) => a.acceptedAtMs - b.acceptedAtMs)) {
    const key = `${row.endpoint}:${row.remotePort}`;
    waiting.set(key, [...(waiting.get(key) ?? []), row]);
  }
  const pairs: Pair[] = [];
  const unmatched: Readonly<ClaimedConnection>[] = [];
  for (const claim of claims.toSorted((a, b) => a.id - b.id)) {
    const row = waiting.get(`${claim.endpoint}:${claim.localPort}`)?.shift();
    if (row) pairs.push([claim, row]);
    else unmatched.push(claim);
  }
  const clientOnly: Readonly<ClaimedConnection>[] = [];
  for (const claim of unmatched) {
    const row = claim.openedAtMs === null ? waiting.get(`${claim.endpoint}:0`)?.shift() : undefined;
    if (row) pairs.push([claim, row]);
    else if (claim.connected) clientOnly.push(claim);
  }
  return { pairs, clientOnly, exchangeOnly: [...waiting.values()].flat() };
}

function summed(arm: string, id: string, identities: readonly Identity[]): WitnessCheck {
  const total = (value: (one: Identity) => number): number => identities.reduce((sum, one) => sum + value(one), 0);
  const remainder = total((one) => one.remainder);
  const terms = new Map<string, number>();
  for (const { explained } of identities) {
    for (const [name, value] of Object.entries(explained)) terms.set(name, (terms.get(name) ?? 0) + value);
  }
  const [client, exchange] = [total((one) => one.client), total((one) => one.exchange)];
  const words = [...terms].map(([name, value]) => `${value < 0 ? '−' : '+'} ${Math.abs(value)} ${name}`);
  return {
    id,
    arm,
    client,
    exchange,
    remainder,
    agree: remainder === 0,
    identity: [`exchange ${exchange} = client ${client}`, ...words, `+ unexplained ${remainder}`].join(' '),
  };
}
