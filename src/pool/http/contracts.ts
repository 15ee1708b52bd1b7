import type { ConnectionPoolOptions } from '../contracts.js';
import type { PoolEndpoint } from '../contracts.js';
import type { HttpConnection, HttpConnectionRequest, HttpHeaders } from './connection.js';
import type { TlsTrust } from './dial.js';
import type { HttpDialStage, HttpErrorKind } from './errors.js';

type GenericOptions = Omit<ConnectionPoolOptions<HttpConnection>, 'endpoints' | 'factory' | 'leasesPerConnection'>;

/** Settings of an HTTP pool; durations in milliseconds. */
export interface HttpConnectionPoolOptions extends GenericOptions {
  /** `http://host:port` or `https://host:port`; any of them can serve any request. */
  readonly origins: readonly string[];
  readonly tls?: TlsTrust;
  /** Limit of each try, from sending to the last byte (default 10,000). */
  readonly requestTimeoutMs?: number;
  /** How often an idempotent request may be sent (default 2). */
  readonly tries?: number;
}

export interface HttpRequest extends Omit<HttpConnectionRequest, 'timeoutMs'> {
  /** Limit of the whole: acquiring a connection and all tries; `requestTimeoutMs` times `tries` when left out. */
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
}
