import type { Clock, Random } from '../base/index.js';
import type { ConnectionAccounts } from '../pool/index.js';
import type { ClaimsBook } from './claims.js';
import type { VenueClient } from './venues/venue-client.js';

/** Settings a driver may use; a driver without a pool ignores what it has no use for. Durations in milliseconds. */
export interface DriverSettings {
  /** Longest an operation may take, every try included. */
  readonly requestTimeoutMs: number;
  /** Longest one try may take; then its connection is given up. */
  readonly attemptTimeoutMs: number;
  readonly tries: number;
  readonly max: number;
  readonly min: number;
  readonly warmStart: 'none' | 'min' | 'max';
  readonly acquireTimeoutMs: number;
  readonly dialTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly failureThreshold: number;
  readonly cooldownMs: number;
  readonly streamsPerConnection: number;
  /** A connection on which nothing arrives for this long is probed … */
  readonly silenceTimeoutMs: number;
  /** … and given up when nothing arrives for this long after the probe. */
  readonly pingTimeoutMs: number;
  /** What a scenario changes about a pool of streams. */
  readonly streams?: StreamSettings;
}

/** How a pool carries streams, durations in milliseconds; what is left out is the pool's own default. */
export interface StreamSettings {
  /** Connections kept ready without streams. */
  readonly standby?: number;
  /** Connections that carry each stream at the same time. */
  readonly feeds?: 1 | 2;
  /** A stream without data for this long is asked for anew. */
  readonly staleAfterMs?: number;
  /** A request without an answer for this long is sent again. */
  readonly ackTimeoutMs?: number;
  /** Connections are replaced so long before the venue cuts them, at a random moment of the spread before. */
  readonly rotateBeforeMs?: number;
  readonly rotateSpreadMs?: number;
  /** How long a connection that takes a stream over may bring no data of it before the old one is left. */
  readonly settleMs?: number;
  /** How long a message waits for another connection to bring what is missing before it. */
  readonly mergeWaitMs?: number;
  /** Delay before dialling again, from the first to the longest. */
  readonly backoff?: { readonly initialMs: number; readonly maxMs: number };
  /** Streams move back to an endpoint that is in service again. */
  readonly rebalance?: boolean;
}

/** Everything a driver is given. Whatever it does with connections it reports to `claims`, for the witness. */
export interface DriverContext {
  readonly endpoints: readonly { readonly rest: string; readonly ws: string }[];
  /** PEM of the authority to trust; null for plain http and ws. */
  readonly ca: string | null;
  readonly venue: VenueClient;
  /** What the load will ask for; a driver need not prepare for the other. */
  readonly carries: { readonly requests: boolean; readonly streams: boolean };
  readonly settings: DriverSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly claims: ClaimsBook;
}

export interface DriverResponse {
  readonly status: number;
  readonly body: Uint8Array;
}

/** What a client says that it did not see of a stream, or may not have seen: ids between the two, both exclusive. */
export interface ReportedGap {
  /** Null when nothing came before the gap. */
  readonly lastGoodId: number | null;
  readonly firstGoodId: number;
  /** The client cannot tell whether anything is missing. */
  readonly unknownLoss?: true;
}

/** Hears what happens on the streams that it subscribed to. Times are the driver clock's milliseconds. */
export interface StreamConsumer {
  /** The venue acknowledged the subscription, for the first time or again after an interruption. */
  acknowledged(stream: string, atMs: number): void;
  /** The connection that carried the stream is gone. */
  interrupted(stream: string, atMs: number): void;
  /** One market-data message with the ids it covers, and when the exchange says it sent it (wall clock, ms). */
  message(stream: string, firstId: number, lastId: number, sentAtMs: number | null): void;
  /** The client tells of missing messages. A client that never does leaves all of its loss unreported. */
  gap(stream: string, gap: ReportedGap): void;
}

/** A client under test. One instance lives in one process and serves one arm. */
export interface Driver {
  /** What it holds, counted by itself; null where the client cannot tell and the ledger has to. */
  readonly accounts: { readonly http: ConnectionAccounts | null; readonly streams: ConnectionAccounts | null };
  /** Opens what it opens before the first operation. */
  start(): Promise<void>;
  /** One GET of a path below an endpoint's origin. @throws {OperationError} when it fails for the caller */
  request(path: string): Promise<DriverResponse>;
  /** Resolves when the venue acknowledged the stream. */
  subscribe(stream: string, consumer: StreamConsumer): Promise<void>;
  /** Resolves when the venue acknowledged, or when nothing is left that could. */
  unsubscribe(stream: string): Promise<void>;
  close(): Promise<void>;
}

export type DriverFactory = (context: DriverContext) => Driver;
