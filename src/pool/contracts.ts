import type { Clock, Random } from '../base/index.js';
import type { AccountsSnapshot, CloseReason, SetupParts } from './accounts.js';

/** Where a connection can be dialled to. `origin` is opaque to the generic pool. */
export interface PoolEndpoint {
  readonly origin: string;
  /** Share of connections, and of leases under `balance: 'leastLoaded'`, relative to the others' (default 1). */
  readonly weight?: number;
}

/** How a use went, told when its lease is given back; nothing said means well. */
export interface ReleaseOutcome {
  /** The connection must not be lent again: close it. */
  readonly broken?: boolean;
  /** It takes no more leases, and closes when the last one is back. */
  readonly retire?: boolean;
  /** The endpoint failed this use; `failureThreshold` of these in a row take it out of service. */
  readonly endpointFailed?: boolean;
  /** The endpoint answered, but badly (an HTTP 503, say); too large a share of these ejects it (`ejection`). */
  readonly badAnswer?: boolean;
}

/** A connection that was just dialled; left out, its parts count as 0. */
export interface Dialed<T> {
  readonly connection: T;
  readonly parts?: SetupParts;
}

/**
 * What the pool must know about a kind of connection. Nothing here can cost the pool a place: a `connect` that fails in
 * any way is a failed dial, a `check` a failed check; what the others throw, or reject with, is reported once as an
 * uncaught error of the factory's, and the pool goes on as if they had returned.
 */
export interface ConnectionFactory<T> {
  /** Dials; must reject soon after `signal` aborts. */
  connect(endpoint: PoolEndpoint, signal: AbortSignal): Promise<Dialed<T>>;
  /** Is this connection still good? A rejection counts as no. Left out: every open connection is good. */
  check?(connection: T, signal: AbortSignal): Promise<boolean>;
  /** Called once for every connection, those too that died by themselves or came too late. It may return a promise. */
  close(connection: T, reason: CloseReason): void;
  /**
   * Leases that this connection carries at a time, from 1 to `leasesPerConnection`, which it is when left out. Asked
   * whenever a lease of it goes out or comes back, and only where `leasesPerConnection` is above 1.
   */
  capacity?(connection: T): number;
  /** Registers the one listener that hears when the connection dies by itself. */
  onClosed(connection: T, listener: (error?: Error) => void): void;
}

/** What an `AbortSignal` is to the pool. */
export interface AbortSource {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface AcquireOptions {
  /**
   * How long this acquire may take, time in the queue included; the pool's `acquireTimeoutMs` when left out. With 0 it
   * fails at once unless a connection is free; a dial or a check that it began goes on for whoever comes next.
   */
  readonly timeoutMs?: number;
  /** Abandons the acquire wherever it stands. */
  readonly signal?: AbortSource;
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
   * Says of a use that lasts that it goes well, which otherwise its release would say: the endpoint works, and passes
   * if it is on trial. Does nothing once the lease was released.
   */
  confirm(): void;
  /**
   * Gives the connection back.
   * @throws {PoolError} E_POOL_RELEASED when this lease was released before
   */
  release(outcome?: ReleaseOutcome): void;
  /**
   * Notes how the use goes, for a release without an outcome: that of `using`, which cannot know why its scope is left.
   * The connection counts as broken unless `outcome` says otherwise. An outcome given to `release` goes before it.
   */
  markBroken(outcome?: ReleaseOutcome): void;
}

/** Settings of the generic pool; all durations in milliseconds. */
export interface ConnectionPoolOptions<T> {
  readonly name?: string;
  readonly endpoints: readonly PoolEndpoint[];
  readonly factory: ConnectionFactory<T>;
  /** Connections kept open at least (default 0) and at most, over all endpoints. */
  readonly min?: number;
  readonly max: number;
  /** Connections to one endpoint at most (default no limit but `max`). */
  readonly maxPerEndpoint?: number;
  /**
   * Dials under way at most (default no limit but `max`). The trial of an endpoint that is out of service counts, and is
   * given up for a waiter that needs its place once it takes longer than dials do.
   */
  readonly maxDialing?: number;
  /** Leases one connection carries at a time (default 1; many for multiplexed connections). */
  readonly leasesPerConnection?: number;
  readonly acquireTimeoutMs?: number;
  /** Callers who may wait for a release at most; one who waits for a dial or check under way does not count. */
  readonly maxPending?: number;
  readonly dialTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  /**
   * A connection older than this closes when its leases are back. One that carries many goes on taking leases, last of
   * all, until another has been dialled in its place, or for as long as there is no room for another.
   */
  readonly maxLifetimeMs?: number;
  /** Share of the lifetime over whose end the lifetimes of connections are spread, 0…1 (default 0.025). */
  readonly lifetimeJitter?: number;
  /** Which idle connection is lent: the one used last (default), or the one idle for longest. */
  readonly idleOrder?: 'lifo' | 'fifo';
  /**
   * Among several endpoints with idle connections: `idleOrder` over all of them (default), or the endpoint with the
   * fewest leases for its weight (default when an endpoint has a weight).
   */
  readonly balance?: 'recent' | 'leastLoaded';
  /** Check on borrow when the connection was last known to be good longer ago than this. */
  readonly checkIdleAfterMs?: number;
  readonly checkTimeoutMs?: number;
  /** Check idle connections about this often, up to a tenth earlier (default never). */
  readonly probeIdleEveryMs?: number;
  /**
   * Failures in a row after which an endpoint is out (default 1), and how long until it is tried again. One that is out
   * for its dials keeps the connections that it has, and they are lent after those of other endpoints. The trial is
   * passed by a use or a check that goes well; with `leasesPerConnection` above 1 also by standing for `cooldownMs`.
   */
  readonly failureThreshold?: number;
  readonly cooldownMs?: number;
  /**
   * When an endpoint is out for its answers: a share of at least `badShare` (default 0.5) bad ones among at least
   * `minAnswers` (default 10) within about `windowMs` (default 10,000). The last endpoint in service stays.
   */
  readonly ejection?: { readonly badShare?: number; readonly minAnswers?: number; readonly windowMs?: number };
  /** An endpoint back in service gets its full weight over this time, starting at a tenth (default 5000). */
  readonly slowStartMs?: number;
  /**
   * Pause after a failed dial: uniform between 0 and a ceiling (full jitter), but at least 1 ms. The ceiling starts at
   * `firstMs` (default 10) and doubles up to `maxMs` (default 5000), until a dial has succeeded and a use gone well.
   */
  readonly dialBackoff?: { readonly firstMs?: number; readonly maxMs?: number };
  /**
   * Start no more dials than would help (default true): beside the one dial that is always worth it while somebody
   * waits, none for a waiter whom the releases to be expected serve sooner. See `DialPolicy`.
   */
  readonly elideDials?: boolean;
  /** A lease out for longer is reported as leaked (default never). */
  readonly leakAfterMs?: number;
  /** Share of acquires, 0…1, whose call stack is kept for the report of a leak (default 0; a stack costs microseconds). */
  readonly leakStackShare?: number;
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
    readonly weight: number;
    /** Leases out. */
    readonly leases: number;
  }[];
  /** Times that work moved away from an endpoint that was declared down. */
  readonly failovers: number;
  /** Connections being checked now, and how checks on borrow and probes ended so far. */
  readonly checking: number;
  readonly checks: { readonly passed: number; readonly failed: number };
  /** Calls of `tryAcquire` that found nothing; they are no acquires. */
  readonly tryMisses: number;
  /** Leases held for longer than `leakAfterMs`: ever, and of those still out. */
  readonly leaks: { readonly total: number; readonly out: number };
}

/** What took an endpoint out of service: failed dials, failed uses, too many bad answers, or checks that hung. */
export type DownReason = 'dial' | 'use' | 'answers' | 'check';

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
  | {
      /** Told again when an endpoint that is out for its dials fails in another way: then it loses its connections. */
      readonly kind: 'endpointDown';
      readonly endpoint: PoolEndpoint;
      readonly atMs: number;
      readonly reason: DownReason;
    }
  | {
      /** Back in service; or being dialled again to see whether it can be, which a trial that fails ends silently. */
      readonly kind: 'endpointUp' | 'endpointTrial';
      readonly endpoint: PoolEndpoint;
      readonly atMs: number;
    }
  | {
      /** A lease is out for longer than `leakAfterMs`; when it comes back after all. */
      readonly kind: 'leaked' | 'leakEnded';
      readonly connectionId: number;
      readonly endpoint: PoolEndpoint;
      readonly atMs: number;
      readonly leaseId: number;
      readonly heldMs: number;
      /** Where it was acquired, if that was kept (`leakStackShare`). */
      readonly stack: string | undefined;
    };
