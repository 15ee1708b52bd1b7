import type { Clock } from '../../base/index.js';
import type { AcquireOptions, Lease, PoolEndpoint } from '../contracts.js';
import type { BudgetGate } from './budget-gate.js';
import type { HttpAttempt, HttpCounters } from './contracts.js';
import type { PooledHttpConnection, WireRequest } from './exchange.js';
import type { Listeners } from './listeners.js';
import type { PhaseLimits } from './phase-watch.js';
import type { UnderWay } from './under-way.js';

export type HttpLease = Lease<PooledHttpConnection>;

/** What all requests of a pool share. */
export interface CourseSetting {
  readonly clock: Clock;
  /** A lease of an idle connection, if there is one and nobody waits. */
  readonly tryAcquire: () => HttpLease | undefined;
  readonly acquire: (options: AcquireOptions) => Promise<HttpLease>;
  /** Does a response of this status speak against its endpoint? */
  readonly badAnswer: (status: number) => boolean;
  readonly maxTries: number;
  /** How long one wait for a connection may take, whatever time the request has; infinite for no limit of its own. */
  readonly acquireTimeoutMs: number;
  readonly underWay: UnderWay;
  /** There is more than one endpoint. */
  readonly several: boolean;
  readonly gate: BudgetGate | undefined;
  readonly counters: { -readonly [Name in keyof HttpCounters]: HttpCounters[Name] };
  readonly attempts: Listeners<HttpAttempt>;
}

/** What is asked for, and where the response goes. */
export interface Order {
  readonly wire: WireRequest;
  readonly idempotent: boolean;
  /** Its body can be sent a second time. */
  readonly replayable: boolean;
  readonly limits: PhaseLimits;
  /** How large the body of the response may be; infinite for no limit. */
  readonly maxResponseBytes: number;
  /** When the whole must be over; infinite for none. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  /** `abort` may be called; without it and without a signal the wait for a connection needs none. */
  readonly abortable: boolean;
  /** Endpoints not to use if any other is there. */
  readonly avoid: readonly PoolEndpoint[] | undefined;
  readonly delivery: Delivery;
  /** Called when it has a connection, for every try. */
  readonly onLease?: () => void;
}

/** Takes a response; once it has `handedOn` a part, the request cannot be sent again. */
export interface Delivery {
  readonly handedOn: boolean;
  head(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean;
  data(chunk: Buffer): boolean;
  done(rawTrailers: string[] | null, facts: { endpoint: PoolEndpoint; tries: number; reused: boolean }): void;
  /** An `HttpRequestError`, or what a handler of the caller's threw. */
  failed(error: Error): void;
}
