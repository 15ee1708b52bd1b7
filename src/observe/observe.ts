import { startExchange } from '../exchange/client.js';
import type { MetricValue, Observation } from '../record/index.js';
import { observedMetrics } from './metrics.js';
import { observationOf, troubleOf } from './observation.js';
import type { ObserveOptions } from './options.js';
import { Session, type Watched } from './session.js';

const SITE = 'observed';

export interface Observed {
  readonly observation: Observation;
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly warnings: readonly string[];
}

/**
 * Runs a program against mocks of one venue, to its end, and tells what the exchange saw of it.
 * @throws {MpBenchError} E_USAGE when the command cannot be started, E_EXCHANGE when the exchange fails
 */
export async function observe(options: ObserveOptions): Promise<Observed> {
  const exchange = await startExchange();
  const leave = (): void => void exchange.shutdown();
  options.abandon.addEventListener('abort', leave, { once: true });
  try {
    const { venue, ...site } = options.site;
    const info = await exchange.open({ ...site, id: SITE, venues: [venue] });
    return observedOf(options, await new Session(options, exchange, info).run());
  } finally {
    options.abandon.removeEventListener('abort', leave);
    await exchange.shutdown();
  }
}

function observedOf({ site, command, faults }: ObserveOptions, watched: Watched): Observed {
  const { ledger, end, startMs, stoppedBy, killed, rowsDropped } = watched;
  const { exitCode, signal, atMs } = end;
  const { venue, endpoints, tls, link } = site;
  return {
    observation: observationOf(ledger, {
      venue,
      endpoints,
      tls,
      rttMs: link.rttMs,
      program: { command, exitCode, signal, ranMs: atMs - startMs, stoppedBy, killed },
      faultsPlanned: faults.length,
      startMs,
    }),
    metrics: observedMetrics(ledger),
    warnings: [
      ...troubleOf(ledger.state.counts),
      ...(rowsDropped > 0
        ? [`${rowsDropped} rows of the ledger were too many to keep: peak, losses and delays are too low`]
        : []),
    ],
  };
}
