import type { Clock, Random } from '../base/index.js';
import type { AccountsSnapshot, CloseReason, SetupParts } from './accounts.js';

/** Where a connection can be dialled to. `origin` is opaque to the generic pool. */
export interface PoolEndpoint {
  readonly origin: string;
}

/** A connection that was just dialled. */
export interface Dialed<T> {
  readonly connection: T;
  readonly parts: SetupParts;
}

/** What the pool must know about a kind of connection. */
export interface ConnectionFactory<T> {
  /** Dials; must reject soon after `signal` aborts. */
  connect(endpoint: PoolEndpoint, signal: AbortSignal): Promise<Dialed<T>>;
  /** Is this connection still good? A rejection counts as no. Left out: every open connection is good. */
  check?(connection: T, signal: AbortSignal): Promise<boolean>;
  close(connection: T, reason: CloseReason): void;
  /** Registers the one listener that hears when the connection dies by itself. */
  onClosed(connection: T, listener: (error?: Error) => void): void;
}

export interface AcquireOptions {
  /** How long this acquire may take, time in the queue included; the pool's `acquireTimeoutMs` when left out. */
  readonly timeoutMs?: number;
  /** Abandons the acquire wherever it stands. */
  readonly signal?: AbortSignal;
  /** Endpoints not to use if any other is there (one that just failed this caller). */
  readonly avoid?: readonly PoolEndpoint[];
}

/** A connection on loan. Release it exactly once, or let `using` / `await using` do it. */
export interface Lease<T> extends Disposable, AsyncDisposable {
  readonly id: number;
  readonly connection: T;
  readonly connectionId: number;
  readonly endpoint: PoolEndpoint;
  /** True when this connection completed a use before. */
  readonly reused: boolean;
  /**
   * Gives the connection back. `broken` closes it; `endpointFailed` also counts against the endpoint.
   * @throws {PoolError} E_POOL_RELEASED when this lease was released before
   */
  release(outcome?: { readonly broken?: boolean; readonly endpointFailed?: boolean }): void;
}

/** Settings of the generic pool; all durations in milliseconds. */
export interface ConnectionPoolOptions<T> {
  readonly name?: string;
  readonly endpoints: readonly PoolEndpoint[];
  readonly factory: ConnectionFactory<T>;
  /** Connections kept open at least (default 0) and at most. */
  readonly min?: number;
  readonly max: number;
  /** Leases one connection carries at a time (default 1; many for multiplexed connections). */
  readonly leasesPerConnection?: number;
  readonly acquireTimeoutMs?: number;
  readonly maxPending?: number;
  readonly dialTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  readonly maxLifetimeMs?: number;
  /** Check on borrow when the connection was idle for longer than this. */
  readonly checkIdleAfterMs?: number;
  readonly checkTimeoutMs?: number;
  /** Failures in a row after which an endpoint is out (default 1), and how long until it is tried again. */
  readonly failureThreshold?: number;
  readonly cooldownMs?: number;
  /** Pause after a failed dial: `firstMs` (default 10), doubling up to `maxMs` (default 5000), with equal jitter. */
  readonly dialBackoff?: { readonly firstMs?: number; readonly maxMs?: number };
  /**
   * Hold a dial back while releases are expected to serve the waiter before a dial could (default false). Opens far
   * fewer connections in a spike of short uses; a waiter is held for no longer than a dial takes.
   */
  readonly elideDials?: boolean;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface PoolStats extends AccountsSnapshot {
  readonly name: string;
  readonly idle: number;
  readonly endpoints: readonly {
    readonly origin: string;
    readonly state: 'up' | 'down' | 'trial';
    readonly open: number;
    readonly failures: number;
  }[];
  /** Times that work moved away from an endpoint that was declared down. */
  readonly failovers: number;
}

/** Events in order, for monitors and recorders; `connectionId` counts from 1 within the pool. */
export type PoolEvent<T = unknown> =
  | { readonly kind: 'dialing'; readonly connectionId: number; readonly endpoint: PoolEndpoint; readonly atMs: number }
  | {
      readonly kind: 'opened';
      readonly connectionId: number;
      readonly endpoint: PoolEndpoint;
      readonly atMs: number;
      readonly connection: T;
    }
  | {
      readonly kind: 'dialFailed';
      readonly connectionId: number;
      readonly endpoint: PoolEndpoint;
      readonly atMs: number;
      readonly error: Error;
    }
  | {
      readonly kind: 'closed';
      readonly connectionId: number;
      readonly endpoint: PoolEndpoint;
      readonly atMs: number;
      readonly reason: CloseReason;
      readonly connection: T;
    }
  | { readonly kind: 'endpointDown' | 'endpointUp'; readonly endpoint: PoolEndpoint; readonly atMs: number };
