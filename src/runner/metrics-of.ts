import type { LatencyHistogram } from '../base/index.js';
import type { MetricName } from '../metrics/index.js';
import { median } from '../statistics/index.js';
import { DISTRIBUTIONS, type Tally, type Totals } from './tally.js';

export type MetricValues = Partial<Record<MetricName, number | LatencyHistogram>>;

/**
 * Turns sums into the metrics of the catalogue. A metric that the arm cannot give, or whose denominator is zero, is
 * left out: absent is not zero.
 */
export function metricsOf(tally: Tally): MetricValues {
  const { totals, known } = tally;
  const values: MetricValues = {
    ...connectionMetrics(totals),
    ...(known.accounts ? accountMetrics(totals) : {}),
    ...(known.requests ? requestMetrics(totals) : {}),
    ...(known.streams ? streamMetrics(totals) : {}),
    ...(known.faults ? faultMetrics(totals) : {}),
    ...(tally.heapUsedMb.length > 0 ? { heapUsedMb: median(tally.heapUsedMb) } : {}),
    ...(tally.rssMb.length > 0 ? { rssMb: median(tally.rssMb) } : {}),
    objectHitRate: totals.objectHits / totals.objectsAsked,
    usesPerObject: totals.objectsAsked / totals.objectsCreated,
  };
  for (const name of DISTRIBUTIONS) {
    if (tally.histograms[name].total > 0) values[name] = tally.histograms[name];
  }
  return withoutNaN(values);
}

/** One number at a metric path (`reuseRate`, `responseTimeMs.p50`); undefined where the arm has none. */
export function valueAt(values: MetricValues, path: string): number | undefined {
  const [name, percentile] = path.split('.');
  const value = values[name as MetricName];
  if (value === undefined || typeof value === 'number') return value;
  const quantile = percentile === 'max' ? 1 : Number(percentile?.slice(1)) / 100;
  return Number.isNaN(quantile) ? undefined : value.quantile(quantile);
}

function connectionMetrics(totals: Totals): MetricValues {
  return {
    connectionsOpened: totals.opened,
    handshakesFull: totals.handshakesFull,
    handshakesResumed: totals.handshakesResumed,
    reuseRate: totals.reuses / totals.uses,
    usesPerConnection: totals.uses === 0 ? Number.NaN : totals.uses / totals.opened,
    openMsPerConnection: totals.connectionMs / totals.opened,
    healthRate: totals.ledgerHealthyMs / totals.ledgerOpenMs,
  };
}

function accountMetrics(totals: Totals): MetricValues {
  return {
    hitRate: totals.direct / totals.acquired,
    utilization: totals.usedMs / totals.capacityMs,
    utilizationOfMax: totals.usedMs / totals.maximumMs,
    saturation: totals.pendingMs / totals.activeMs,
    setupCostPerOpMs: totals.setupTotalMs / totals.attempted,
  };
}

function requestMetrics(totals: Totals): MetricValues {
  return {
    operations: totals.attempted,
    attempts: totals.attempts,
    retries: totals.retries,
    unstarted: totals.unstarted,
    operationErrorRate: totals.failed / totals.attempted,
    attemptErrorRate: totals.attemptFailures / totals.attempts,
    cpuUsPerOp: totals.cpuUs / totals.attempted,
    // Under an open loop the throughput is the arrival rate; only a burst's is a result.
    throughput: totals.bursts > 0 ? (totals.completed / totals.completionMs) * 1e3 : Number.NaN,
    completionMs: totals.bursts > 0 ? totals.completionMs / totals.bursts : Number.NaN,
  };
}

function streamMetrics(totals: Totals): MetricValues {
  return {
    subscriptions: totals.subscribes,
    unsubscriptions: totals.unsubscribes,
    coverage: totals.acknowledgedMs / totals.desiredMs,
    messagesReceived: totals.received,
    messagesLost: totals.lost,
    messagesRepeated: totals.repeated,
    lossUnreported: totals.lossUnreported,
    gapOverReport: totals.gapOverReport,
    handoverLoss: totals.handoverLoss,
  };
}

function faultMetrics(totals: Totals): MetricValues {
  return {
    faultsInjected: totals.faultsInjected,
    faultsFelt: totals.faultsFelt,
    faultsMissed: totals.faultsMissed,
    failovers: totals.failovers,
  };
}

function withoutNaN(values: MetricValues): MetricValues {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => typeof value !== 'number' || Number.isFinite(value)),
  );
}
