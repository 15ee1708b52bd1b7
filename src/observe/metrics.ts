import { LatencyHistogram } from '../base/index.js';
import type { MetricName } from '../metrics/index.js';
import { distributionOf, type MetricValue } from '../record/index.js';
import { brokenRules, type ObservedLedger } from './observation.js';
import { outagesOf } from './outages.js';
import { delaysOf, lossesOf } from './reconnects.js';

/**
 * The metrics of the catalogue that can be seen from outside. One that cannot, whose denominator is zero, or whose
 * distribution is empty is left out: absent is not zero.
 */
export function observedMetrics(ledger: ObservedLedger): Record<string, MetricValue> {
  const { connections, state } = ledger;
  const { counts, integrals, faults } = state;
  const usable = connections.filter((row) => row.readyAtMs !== null);
  const http = usable.filter((row) => !row.upgraded);
  const streams = counts.subscribes > 0;
  const outages = outagesOf(ledger.subscriptions);
  const losses = [...lossesOf(connections, 'http'), ...lossesOf(connections, 'stream')];
  const values: Partial<Record<MetricName, number>> = {
    reuseRate: counts.reusedRequests / counts.requests,
    usesPerConnection: counts.requests === 0 ? Number.NaN : counts.requests / http.length,
    openMsPerConnection: integrals.openMs / usable.length,
    connectionsOpened: usable.length,
    handshakesFull: counts.handshakesFull,
    handshakesResumed: counts.handshakesResumed,
    healthRate: integrals.healthyMs / integrals.openMs,
    ...(streams && {
      subscriptions: counts.subscribes,
      unsubscriptions: counts.unsubscribes,
      unsentWhileDown: counts.unsentWhileDown,
    }),
    faultsInjected: faults.length,
    limitsBroken: Object.values(brokenRules(counts)).reduce((sum, count) => sum + count, 0),
  };
  const durations: Partial<Record<MetricName, readonly number[]>> = {
    connectionLifetimeMs: usable.flatMap(({ readyAtMs, closedAtMs }) =>
      readyAtMs === null || closedAtMs === null ? [] : [closedAtMs - readyAtMs],
    ),
    reconnectDelayMs: delaysOf(losses),
    resubscribeDelayMs: outages.flatMap(({ lostAtMs, backAtMs }) => (backAtMs === null ? [] : [backAtMs - lostAtMs])),
  };
  return {
    ...Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value))),
    ...Object.fromEntries(
      Object.entries(durations).flatMap(([name, all]) => (all.length === 0 ? [] : [[name, distribution(all)]])),
    ),
  };
}

function distribution(values: readonly number[]): MetricValue {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return distributionOf(histogram);
}
