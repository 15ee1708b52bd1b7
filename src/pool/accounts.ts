import { type Clock, LatencyHistogram } from '../base/index.js';

/** How an acquire ended; exactly one for every acquire. */
export type AcquireOutcome =
  | 'direct'
  | 'waited'
  | 'dialed'
  | 'timeout'
  | 'aborted'
  | 'queueFull'
  | 'dialError'
  | 'closed';

export const ACQUIRE_OUTCOMES: readonly AcquireOutcome[] = [
  'direct',
  'waited',
  'dialed',
  'timeout',
  'aborted',
  'queueFull',
  'dialError',
  'closed',
];

/** Parts of a connection's set-up in milliseconds; a part that does not occur is 0. */
export interface SetupParts {
  readonly dnsMs: number;
  readonly tcpMs: number;
  readonly tlsMs: number;
  readonly upgradeMs: number;
}

export type CloseReason = 'idle' | 'lifetime' | 'broken' | 'unhealthy' | 'shutdown' | 'single-use';

/** Everything that a holder of connections can count about itself, read at one moment. */
export interface AccountsSnapshot {
  readonly atMs: number;
  readonly gauges: { readonly open: number; readonly used: number; readonly pending: number; readonly dialing: number };
  readonly acquires: Readonly<Record<AcquireOutcome, number>>;
  readonly dials: number;
  readonly opened: number;
  readonly dialFailures: number;
  readonly closed: Readonly<Partial<Record<CloseReason, number>>>;
  readonly uses: number;
  /** Uses of a connection that had completed a use before. */
  readonly reuses: number;
  /** Exact from events: connection-milliseconds open and used, waiter-milliseconds pending. */
  readonly integralsMs: { readonly open: number; readonly used: number; readonly pending: number };
  readonly setupTotalMs: number;
  readonly setupPartsMs: SetupParts;
}

/**
 * Event-exact accounts of connections: outcomes, gauges, and their integrals over time. Whoever holds connections
 * (a pool, or a client without one) reports each event once; ratios are left to the reader.
 */
export class ConnectionAccounts {
  readonly acquireMs: Readonly<Record<AcquireOutcome, LatencyHistogram>>;
  readonly setupMs = new LatencyHistogram();
  readonly useMs = new LatencyHistogram();
  readonly lifetimeMs = new LatencyHistogram();
  readonly #clock: Clock;
  #atMs: number;
  #open = 0;
  #used = 0;
  #pending = 0;
  #dialing = 0;
  #openMs = 0;
  #usedMs = 0;
  #pendingMs = 0;
  #dials = 0;
  #opened = 0;
  #dialFailures = 0;
  #uses = 0;
  #reuses = 0;
  #setupTotalMs = 0;
  #parts = { dnsMs: 0, tcpMs: 0, tlsMs: 0, upgradeMs: 0 };
  readonly #acquires = zeroOutcomes(() => 0);
  readonly #closed: Partial<Record<CloseReason, number>> = {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#atMs = clock.now();
    this.acquireMs = zeroOutcomes(() => new LatencyHistogram());
  }

  /** A caller began to wait for a connection. */
  waitBegan(): void {
    this.#integrate();
    this.#pending += 1;
  }

  waitEnded(): void {
    this.#integrate();
    this.#pending -= 1;
  }

  /** An acquire ended; `latencyMs` is from the call to the hand-over or failure. */
  acquireSettled(outcome: AcquireOutcome, latencyMs: number): void {
    this.#acquires[outcome] += 1;
    this.acquireMs[outcome].record(latencyMs);
  }

  dialBegan(): void {
    this.#dialing += 1;
    this.#dials += 1;
  }

  dialFailed(): void {
    this.#dialing -= 1;
    this.#dialFailures += 1;
  }

  /** A dial gave a usable connection after `setupMs`. */
  opened(setupMs: number, parts: SetupParts): void {
    this.#integrate();
    this.#dialing -= 1;
    this.#open += 1;
    this.#opened += 1;
    this.#setupTotalMs += setupMs;
    this.setupMs.record(setupMs);
    this.#parts.dnsMs += parts.dnsMs;
    this.#parts.tcpMs += parts.tcpMs;
    this.#parts.tlsMs += parts.tlsMs;
    this.#parts.upgradeMs += parts.upgradeMs;
  }

  /** A use began; `again` says whether this connection completed a use before. */
  useBegan(again: boolean): void {
    this.#integrate();
    this.#used += 1;
    this.#uses += 1;
    if (again) this.#reuses += 1;
  }

  useEnded(durationMs: number): void {
    this.#integrate();
    this.#used -= 1;
    this.useMs.record(durationMs);
  }

  connectionClosed(reason: CloseReason, ageMs: number): void {
    this.#integrate();
    this.#open -= 1;
    this.#closed[reason] = (this.#closed[reason] ?? 0) + 1;
    this.lifetimeMs.record(ageMs);
  }

  snapshot(): AccountsSnapshot {
    this.#integrate();
    return {
      atMs: this.#atMs,
      gauges: { open: this.#open, used: this.#used, pending: this.#pending, dialing: this.#dialing },
      acquires: { ...this.#acquires },
      dials: this.#dials,
      opened: this.#opened,
      dialFailures: this.#dialFailures,
      closed: { ...this.#closed },
      uses: this.#uses,
      reuses: this.#reuses,
      integralsMs: { open: this.#openMs, used: this.#usedMs, pending: this.#pendingMs },
      setupTotalMs: this.#setupTotalMs,
      setupPartsMs: { ...this.#parts },
    };
  }

  // Every change of a gauge first books the time that the old value lasted.
  #integrate(): void {
    const now = this.#clock.now();
    const elapsed = now - this.#atMs;
    this.#openMs += this.#open * elapsed;
    this.#usedMs += this.#used * elapsed;
    this.#pendingMs += this.#pending * elapsed;
    this.#atMs = now;
  }
}

function zeroOutcomes<V>(value: () => V): Record<AcquireOutcome, V> {
  return Object.fromEntries(ACQUIRE_OUTCOMES.map((outcome) => [outcome, value()])) as Record<AcquireOutcome, V>;
}
