import { type Clock, LatencyHistogram } from '../base/index.js';
import { ShortLatencies } from './short-latencies.js';

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

/** Why a connection closed; `idle`: not used for long, or given up in favour of another endpoint. */
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
 * (a pool, or a client without one) reports each event once, with the time if it has just read it; ratios are left to
 * the reader.
 *
 * The integral of a gauge that changed by d at time t is the sum of d × (now − t), that is gauge × now − Σ d × t: an
 * event adds to one sum only, and nothing is lost between events.
 */
export class ConnectionAccounts {
  readonly #clock: Clock;
  // Times are kept from here on, so that the sums stay small and precise.
  readonly #originMs: number;
  readonly #latencies = byOutcome(() => new ShortLatencies());
  readonly #uses = new ShortLatencies();
  // Made when first needed, as those within the latencies are: a pool may come to nothing, and they are large.
  #setups: LatencyHistogram | undefined;
  #lifetimes: LatencyHistogram | undefined;
  #open = 0;
  #used = 0;
  #pending = 0;
  #dialing = 0;
  #openSum = 0;
  #usedSum = 0;
  #pendingSum = 0;
  #dials = 0;
  #opened = 0;
  #dialFailures = 0;
  #usesBegan = 0;
  #reuses = 0;
  #setupTotalMs = 0;
  #parts = { dnsMs: 0, tcpMs: 0, tlsMs: 0, upgradeMs: 0 };
  readonly #closed: Partial<Record<CloseReason, number>> = {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#originMs = clock.now();
  }

  /** Set-ups of connections in ms. */
  get setupMs(): LatencyHistogram {
    return (this.#setups ??= new LatencyHistogram());
  }

  /** Ages of connections at their end in ms. */
  get lifetimeMs(): LatencyHistogram {
    return (this.#lifetimes ??= new LatencyHistogram());
  }

  get gauges(): AccountsSnapshot['gauges'] {
    return { open: this.#open, used: this.#used, pending: this.#pending, dialing: this.#dialing };
  }

  /** Connections opened so far. */
  get openings(): number {
    return this.#opened;
  }

  /** Latencies of acquires in ms, by outcome. Read it anew for what came since. */
  get acquireMs(): Readonly<Record<AcquireOutcome, LatencyHistogram>> {
    return byOutcome((outcome) => this.#latencies[outcome].read());
  }

  /** Durations of uses in ms. Read it anew for what came since. */
  get useMs(): LatencyHistogram {
    return this.#uses.read();
  }

  /** A caller began to wait for a connection. */
  waitBegan(nowMs = this.#clock.now()): void {
    this.#pending += 1;
    this.#pendingSum += nowMs - this.#originMs;
  }

  waitEnded(nowMs = this.#clock.now()): void {
    this.#pending -= 1;
    this.#pendingSum -= nowMs - this.#originMs;
  }

  /** An acquire ended; `latencyMs` is from the call to the hand-over or failure. */
  acquireSettled(outcome: AcquireOutcome, latencyMs: number): void {
    this.#latencies[outcome].record(latencyMs);
  }

  /** An acquire was served within its own call: the same as `acquireSettled('direct', 0)` and `useBegan`. */
  servedDirectly(again: boolean, nowMs: number): void {
    this.#latencies.direct.record(0);
    this.useBegan(again, nowMs);
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
  opened(setupMs: number, parts: SetupParts, nowMs = this.#clock.now()): void {
    this.#dialing -= 1;
    this.#open += 1;
    this.#openSum += nowMs - this.#originMs;
    this.#opened += 1;
    this.#setupTotalMs += setupMs;
    this.setupMs.record(setupMs);
    this.#parts.dnsMs += parts.dnsMs;
    this.#parts.tcpMs += parts.tcpMs;
    this.#parts.tlsMs += parts.tlsMs;
    this.#parts.upgradeMs += parts.upgradeMs;
  }

  /** A use began; `again` says whether this connection completed a use before. */
  useBegan(again: boolean, nowMs = this.#clock.now()): void {
    this.#used += 1;
    this.#usedSum += nowMs - this.#originMs;
    this.#usesBegan += 1;
    if (again) this.#reuses += 1;
  }

  useEnded(durationMs: number, nowMs = this.#clock.now()): void {
    this.#used -= 1;
    this.#usedSum -= nowMs - this.#originMs;
    this.#uses.record(durationMs);
  }

  connectionClosed(reason: CloseReason, ageMs: number, nowMs = this.#clock.now()): void {
    this.#open -= 1;
    this.#openSum -= nowMs - this.#originMs;
    this.#closed[reason] = (this.#closed[reason] ?? 0) + 1;
    this.lifetimeMs.record(ageMs);
  }

  snapshot(): AccountsSnapshot {
    const atMs = this.#clock.now();
    const elapsedMs = atMs - this.#originMs;
    return {
      atMs,
      gauges: this.gauges,
      acquires: byOutcome((outcome) => this.#latencies[outcome].total),
      dials: this.#dials,
      opened: this.#opened,
      dialFailures: this.#dialFailures,
      closed: { ...this.#closed },
      uses: this.#usesBegan,
      reuses: this.#reuses,
      integralsMs: {
        open: this.#open * elapsedMs - this.#openSum,
        used: this.#used * elapsedMs - this.#usedSum,
        pending: this.#pending * elapsedMs - this.#pendingSum,
      },
      setupTotalMs: this.#setupTotalMs,
      setupPartsMs: { ...this.#parts },
    };
  }
}

function byOutcome<V>(value: (outcome: AcquireOutcome) => V): Record<AcquireOutcome, V> {
  return Object.fromEntries(ACQUIRE_OUTCOMES.map((outcome) => [outcome, value(outcome)])) as Record<AcquireOutcome, V>;
}
