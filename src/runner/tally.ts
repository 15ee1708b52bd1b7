import { LatencyHistogram, type SparseCounts } from '../base/index.js';

/** Sums that add up over slices and launches; every metric is a ratio of some of them. */
export interface Totals {
  activeMs: number;
  attempted: number;
  completed: number;
  failed: number;
  unstarted: number;
  attempts: number;
  attemptFailures: number;
  retries: number;
  acquired: number;
  direct: number;
  uses: number;
  reuses: number;
  opened: number;
  openMs: number;
  usedMs: number;
  pendingMs: number;
  /** ∫ open dt × leases a connection carries */
  capacityMs: number;
  /** window × maximum × leases a connection carries */
  maximumMs: number;
  setupTotalMs: number;
  connectionMs: number;
  ledgerOpenMs: number;
  ledgerHealthyMs: number;
  handshakesFull: number;
  handshakesResumed: number;
  subscribes: number;
  unsubscribes: number;
  desiredMs: number;
  acknowledgedMs: number;
  received: number;
  repeated: number;
  lost: number;
  lossUnreported: number;
  gapOverReport: number;
  handoverLoss: number;
  faultsInjected: number;
  faultsFelt: number;
  faultsMissed: number;
  failovers: number;
  completionMs: number;
  bursts: number;
  cpuUs: number;
  objectsAsked: number;
  objectHits: number;
  objectsCreated: number;
}

export const DISTRIBUTIONS = [
  'responseTimeMs',
  'serviceTimeMs',
  'startLagMs',
  'acquireLatencyMs',
  'setupLatencyMs',
  'useTimeMs',
  'connectionLifetimeMs',
  'subscribeLatencyMs',
  'messageDelayMs',
  'gapMs',
  'detectMs',
  'failoverMs',
  'gcPauseMs',
  'eventLoopDelayMs',
] as const;

export type DistributionName = (typeof DISTRIBUTIONS)[number];

/** Which counts an arm can give at all; what it cannot is left out of its metrics, never shown as zero. */
export interface Known {
  readonly requests: boolean;
  readonly streams: boolean;
  /** The client counts its own connections; otherwise they come from the ledger. */
  readonly accounts: boolean;
  readonly faults: boolean;
}

/** Sums by name. */
class Counter {
  readonly values: Record<string, number> = {};

  add(values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) this.values[name] = (this.values[name] ?? 0) + value;
  }
}

/** Accumulates what was counted in one slice, one launch, or all launches of an arm. */
export class Tally {
  readonly known: Known;
  readonly totals: Totals = zeroTotals();
  readonly histograms: Record<DistributionName, LatencyHistogram> = emptyHistograms();
  readonly errors = new Counter();
  readonly acquires = new Counter();
  /** Connection-milliseconds spent in each part of the set-up. */
  readonly setupPartsMs = new Counter();
  /** One value a launch; shown as their median. */
  readonly heapUsedMb: number[] = [];
  readonly rssMb: number[] = [];

  constructor(known: Known) {
    this.known = known;
  }

  count(totals: Partial<Totals>): void {
    for (const [key, value] of Object.entries(totals)) this.totals[key as keyof Totals] += value;
  }

  distribute(name: DistributionName, counts: SparseCounts): void {
    this.histograms[name].addSparse(counts);
  }

  add(other: Tally): void {
    this.count(other.totals);
    for (const name of DISTRIBUTIONS) this.histograms[name].add(other.histograms[name]);
    for (const name of ['errors', 'acquires', 'setupPartsMs'] as const) this[name].add(other[name].values);
    this.heapUsedMb.push(...other.heapUsedMb);
    this.rssMb.push(...other.rssMb);
  }
}

function emptyHistograms(): Record<DistributionName, LatencyHistogram> {
  return Object.fromEntries(DISTRIBUTIONS.map((name) => [name, new LatencyHistogram()])) as Record<
    DistributionName,
    LatencyHistogram
  >;
}

function zeroTotals(): Totals {
  return {
    activeMs: 0,
    attempted: 0,
    completed: 0,
    failed: 0,
    unstarted: 0,
    attempts: 0,
    attemptFailures: 0,
    retries: 0,
    acquired: 0,
    direct: 0,
    uses: 0,
    reuses: 0,
    opened: 0,
    openMs: 0,
    usedMs: 0,
    pendingMs: 0,
    capacityMs: 0,
    maximumMs: 0,
    setupTotalMs: 0,
    connectionMs: 0,
    ledgerOpenMs: 0,
    ledgerHealthyMs: 0,
    handshakesFull: 0,
    handshakesResumed: 0,
    subscribes: 0,
    unsubscribes: 0,
    desiredMs: 0,
    acknowledgedMs: 0,
    received: 0,
    repeated: 0,
    lost: 0,
    lossUnreported: 0,
    gapOverReport: 0,
    handoverLoss: 0,
    faultsInjected: 0,
    faultsFelt: 0,
    faultsMissed: 0,
    failovers: 0,
    completionMs: 0,
    bursts: 0,
    cpuUs: 0,
    objectsAsked: 0,
    objectHits: 0,
    objectsCreated: 0,
  };
}
