import type { ConnectionPoolOptions, PoolEndpoint } from '../contracts.js';
import type { Resolve } from './addresses.js';
import type { HttpBudget } from './budget.js';
import type { HttpConnection } from './connection.js';
import type { TlsTrust } from './dial.js';
import type { HttpDialStage, HttpErrorKind } from './errors.js';
import type { HttpHeaders } from './response.js';

type GenericOptions = Omit<ConnectionPoolOptions<HttpConnection>, 'endpoints' | 'factory' | 'leasesPerConnection'>;

/** Settings of an HTTP pool; durations in milliseconds. docs/pool-options.md sets them beside those of other pools. */
export interface HttpConnectionPoolOptions extends GenericOptions {
  /** `http://host:port` or `https://host:port`, with a weight or without; any of them can serve any request. */
  readonly origins: readonly (string | PoolEndpoint)[];
  readonly tls?: TlsTrust;
  /** Limit of each try, from sending to the last byte (default 10,000). Through the dispatcher: to the headers. */
  readonly requestTimeoutMs?: number;
  /** How often an idempotent request may be sent (default 2). */
  readonly tries?: number;
  /** Limits of single phases, none unless given: TCP connect, TLS handshake, request written, headers after that. */
  readonly connectTimeoutMs?: number;
  readonly tlsTimeoutMs?: number;
  readonly sendTimeoutMs?: number;
  readonly headersTimeoutMs?: number;
  /** Longest pause between two pieces of a body (default: none for `request`, 30,000 through the dispatcher). */
  readonly bodyTimeoutMs?: number;
  /** How long a body may be left unread through the dispatcher before its connection is taken back (default 30,000). */
  readonly unreadTimeoutMs?: number;
  readonly dns?: HttpDnsOptions;
  /** Holds requests back or refuses them, as the venue's limits demand. */
  readonly budget?: HttpBudget;
  /** Statuses that speak against an endpoint (default 500 and above): see `ejection`. They are returned all the same. */
  readonly badAnswer?: (status: number) => boolean;
}

export interface HttpDnsOptions {
  /** How long an answer is used, and how often it is looked up again while connections are open (default 10,000). */
  readonly ttlMs?: number;
  /** Lookups in a row without an address after which its connections are retired (default 2). */
  readonly goneAfterLookups?: number;
  /** Head start of each address over the next (default 250; RFC 8305, section 8). */
  readonly attemptDelayMs?: number;
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
}

export interface HttpRequest {
  readonly path: string;
  /** GET when left out. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
  /** May it be sent twice? By its method when left out (RFC 9110, section 9.2.2). */
  readonly idempotent?: boolean;
  /**
   * When it is idempotent and has no response after this time, it is sent on another connection too, to another
   * endpoint if there is one. The first response wins; the other request is given up, its connection with it.
   */
  readonly hedgeAfterMs?: number;
  /** Limit of the whole: budget, connection and all tries; `requestTimeoutMs` times `tries` when left out. */
  readonly timeoutMs?: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Buffer;
  readonly endpoint: PoolEndpoint;
  /** How often the request was sent. */
  readonly tries: number;
  /** The connection had completed a request before. */
  readonly reused: boolean;
  /** The body as UTF-8. */
  text(): string;
  /** The body as JSON. @throws {SyntaxError} */
  json(): unknown;
}

/** One try of one request, after it ended. */
export interface HttpAttempt {
  readonly endpoint: PoolEndpoint;
  readonly connectionId: number;
  readonly localPort: number;
  readonly ok: boolean;
  /** It repeats an earlier try of its request. */
  readonly again: boolean;
  /** Undefined when a response came, whatever its status. */
  readonly errorKind: HttpErrorKind | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

export type HttpConnectionEvent =
  | {
      readonly kind: 'opened';
      readonly connectionId: number;
      readonly endpointIndex: number;
      readonly localPort: number;
      readonly openedAtMs: number;
    }
  | {
      readonly kind: 'closed';
      readonly connectionId: number;
      readonly closedAtMs: number;
      readonly requestsSent: number;
      readonly responsesReceived: number;
    };

/** A dial that gave no connection to the pool; `localPort` lets the other side match what it accepted. */
export interface HttpDialFailure {
  readonly endpointIndex: number;
  readonly stage: HttpDialStage;
  readonly localPort: number | null;
  readonly errorKind: HttpErrorKind;
  readonly atMs: number;
}

/** Counted since the pool was made. */
export interface HttpCounters {
  readonly attempts: number;
  readonly attemptFailures: number;
  readonly retries: number;
  readonly failovers: number;
  /** TLS handshakes shortened by an earlier session. */
  readonly tlsResumed: number;
  /** Connections retired because their address left the DNS. */
  readonly retired: number;
  /** Requests that the budget made wait, and those that it refused. */
  readonly held: number;
  readonly refused: number;
  /** Connections taken back from readers that left a body unread. */
  readonly unread: number;
  /** Requests sent a second time because the first was slow, and those of them whose second response came first. */
  readonly hedged: number;
  readonly hedgesWon: number;
}

/** Where counting begins. */
export const NO_COUNTS: HttpCounters = {
  attempts: 0,
  attemptFailures: 0,
  retries: 0,
  failovers: 0,
  tlsResumed: 0,
  retired: 0,
  held: 0,
  refused: 0,
  unread: 0,
  hedged: 0,
  hedgesWon: 0,
};
