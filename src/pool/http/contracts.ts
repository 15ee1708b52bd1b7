import type { ConnectionPoolOptions, PoolEndpoint } from '../contracts.js';
import type { Resolve } from './addresses.js';
import type { HttpBudget } from './budget.js';
import type { HttpDialStage, HttpErrorKind } from './errors.js';
import type { PooledHttpConnection } from './exchange.js';
import type { HttpHeaders } from './response.js';
import type { TlsTrust } from './trust.js';

type GenericOptions = Omit<
  ConnectionPoolOptions<PooledHttpConnection>,
  'endpoints' | 'factory' | 'leasesPerConnection'
>;

/** Settings of an HTTP pool; durations in milliseconds. docs/pool-options.md sets them beside those of other pools. */
export interface HttpConnectionPoolOptions extends GenericOptions {
  /** `http://host:port` or `https://host:port`, with a weight or without; any of them can serve any request. */
  readonly origins: readonly (string | PoolEndpoint)[];
  readonly tls?: TlsTrust;
  /** Limit of each try, from sending to the last byte (default 10,000). Through the dispatcher: to the headers. */
  readonly requestTimeoutMs?: number;
  /** How often an idempotent request may be sent (default 2). */
  readonly tries?: number;
  /**
   * Limits of single phases, none unless given: TCP connect, TLS handshake, a standstill while the request is written,
   * headers after that. Through the dispatcher the last two are `requestTimeoutMs`.
   */
  readonly connectTimeoutMs?: number;
  readonly tlsTimeoutMs?: number;
  readonly sendTimeoutMs?: number;
  readonly headersTimeoutMs?: number;
  /** Longest pause between two pieces of a body (default: none for `request`, 30,000 through the dispatcher). */
  readonly bodyTimeoutMs?: number;
  /** How long a body may be left unread through the dispatcher before its connection is taken back (default 30,000). */
  readonly unreadTimeoutMs?: number;
  /**
   * Largest body in bytes, as it comes over the wire, that `request` reads (default 64 MiB); a larger one ends the
   * request with kind `protocol`, phase `body`. Through the dispatcher the reader sets the pace, and there is no limit.
   */
  readonly maxResponseBytes?: number;
  /**
   * Offer HTTP/2 over TLS (default false): requests then share connections where the server takes it up, and have one
   * each where it does not. A connection is usable once the server's SETTINGS have come, one round trip after TLS.
   */
  readonly http2?: boolean;
  /** Requests at a time on one HTTP/2 connection, if the server allows as many (default 100). */
  readonly streamsPerConnection?: number;
  readonly dns?: HttpDnsOptions;
  /** Holds requests back or refuses them, as the venue's limits demand. */
  readonly budget?: HttpBudget;
  /** Statuses that speak against an endpoint (default 500 and above): see `ejection`. They are returned all the same. */
  readonly badAnswer?: (status: number) => boolean;
}

export interface HttpDnsOptions {
  /** How long an answer is used, and how often it is looked up again while connections are open (default 10,000). */
  readonly ttlMs?: number;
  /** How long a look-up is waited for (default 2,000, at most half of `dialTimeoutMs`). */
  readonly timeoutMs?: number;
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
   * When it is idempotent and has no response this long after it was sent, it is sent on another connection too, to another
   * endpoint if there is one. The first response wins; the other request is given up, over HTTP/1.1 with its connection.
   */
  readonly hedgeAfterMs?: number;
  /** Limit of the whole: budget, connection and all tries; `requestTimeoutMs` times `tries` when left out. */
  readonly timeoutMs?: number;
  /** In place of the pool's. */
  readonly maxResponseBytes?: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Buffer;
  readonly endpoint: PoolEndpoint;
  /** How often the request was sent. */
  readonly tries: number;
  /** The connection had carried a request before. */
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

/**
 * A dial that gave no connection to the pool, or an attempt at one of several addresses that did not: of kind `aborted`
 * when another was faster. `localPort` lets the other side match what it accepted.
 */
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
