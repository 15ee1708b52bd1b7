import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observedMetrics } from '../../src/observe/metrics.js';
import { observationOf, type ObservedLedger, type ObservedPlan } from '../../src/observe/observation.js';
import type { Observation, Spread } from '../../src/record/index.js';
import { event, History } from './history.js';

const START_MS = 900;

const PLAN: ObservedPlan = {
  venue: 'fake',
  endpoints: 2,
  tls: false,
  rttMs: 0,
  program: { command: ['true'], exitCode: 0, signal: null, ranMs: 1, stoppedBy: null, killed: false },
  faultsPlanned: 0,
  startMs: START_MS,
};

function ledgerOf({ rows, ledger }: History): ObservedLedger {
  return { connections: rows.connections, subscriptions: rows.subscriptions, state: ledger.snapshot() };
}

function seen(history: History): Observation {
  return observationOf(ledgerOf(history), PLAN);
}

/** The naive way: count, first, the one in the middle (the lower of two), last. */
function spread(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  if (sorted.length === 0) return null;
  return { count: sorted.length, min: at(0), p50: at((sorted.length - 1) >> 1), max: at(sorted.length - 1) };
}

interface Reckoned {
  readonly atMs: number;
  readonly backAtMs: number | null;
}

const delays = (losses: readonly Reckoned[]): number[] =>
  losses.flatMap(({ atMs, backAtMs }) => (backAtMs === null ? [] : [backAtMs - atMs]));

const never = (losses: readonly Reckoned[]): number => losses.filter(({ backAtMs }) => backAtMs === null).length;

describe('an observation', () => {
  it('says of any history what somebody says who watched it happen', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 120, size: 'max' }), async (events) => {
        const history = new History();
        await history.play(events);
        const { connections, requests, reconnects, streams, faults } = seen(history);
        const { outages, losses } = history;
        expect(connections).toMatchObject({ peakOpen: history.peak, unused: history.unused });
        expect(requests.perConnection).toEqual(spread(history.requests));
        expect(requests.received).toBe(history.requests.reduce((sum, n) => sum + n, 0));
        for (const kind of ['http', 'stream'] as const) {
          expect(reconnects[kind]).toEqual({
            losses: losses[kind].length,
            reconnected: delays(losses[kind]).length,
            neverReconnected: never(losses[kind]),
            delayMs: spread(delays(losses[kind])),
          });
        }
        expect(streams).toMatchObject({
          losses: outages.length,
          resubscribed: delays(outages).length,
          neverResubscribed: never(outages),
          delayMs: spread(delays(outages)),
          downAtEnd: outages
            .filter(({ backAtMs }) => backAtMs === null)
            .map(({ stream }) => stream)
            .toSorted(),
        });
        const all = [...losses.http, ...losses.stream];
        expect(faults).toEqual(
          history.faults.map((fault) => {
            const mine = all.filter((loss) => loss.fault === fault);
            const down = outages.filter((outage) => outage.fault === fault);
            const backs = mine.flatMap(({ backAtMs }) => backAtMs ?? []);
            return {
              kind: 'reset',
              endpoint: fault.endpoint,
              injectedAtMs: fault.injectedAtMs - START_MS,
              liftedAtMs: fault.liftedAtMs === null ? null : fault.liftedAtMs - START_MS,
              touched: 0,
              connectionsLost: mine.length,
              firstReconnectMs: backs.length === 0 ? null : Math.min(...backs) - fault.injectedAtMs,
              streamsLost: down.length,
              streamsNeverBack: never(down),
              allStreamsBackMs:
                down.length === 0 || never(down) > 0
                  ? null
                  : Math.max(...down.map(({ backAtMs }) => backAtMs ?? 0)) - fault.injectedAtMs,
            };
          }),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('accounts for every connection: those that ended and those that are open add up to those opened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 60, size: 'max' }), async (events) => {
        const history = new History();
        await history.play(events);
        const { opened, endedByClient, endedByExchange, endedByFault, stillOpen } = seen(history).connections;
        expect(endedByClient + endedByExchange + endedByFault + stillOpen).toBe(opened);
        expect(stillOpen).toBe(history.rows.connections.filter((row) => row.closedAtMs === null).length);
      }),
    );
  });

  it('does not take the exchange’s own trouble for a limit that the program broke', () => {
    const history = new History();
    history.ledger.violated('messages-per-second');
    history.ledger.violated('exchange-error');
    history.finish();
    expect(seen(history).limitsBroken).toEqual({ 'messages-per-second': 1 });
    expect(observedMetrics(ledgerOf(history))['limitsBroken']).toBe(1);
  });

  it('of a program that did nothing has no rate, no distribution and no delay', () => {
    const history = new History();
    history.finish();
    const { requests, reconnects, streams } = seen(history);
    expect([requests.reuseRate, requests.perConnection, reconnects.http.delayMs, streams.delayMs]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    const metrics = observedMetrics(ledgerOf(history));
    expect(Object.keys(metrics)).not.toContain('reuseRate');
    expect(Object.keys(metrics)).not.toContain('unsentWhileDown');
    expect(metrics).toMatchObject({ connectionsOpened: 0, faultsInjected: 0 });
  });

  it('shows at most twenty names of streams that stayed down, and the number of all', async () => {
    const history = new History();
    const entry = history.ledger.accepted(0, { address: '127.0.0.1', port: 1 }, { bytesRead: 0, bytesWritten: 0 });
    history.ledger.ready(entry, 'none');
    for (let i = 0; i < 30; i += 1) history.ledger.subscribed(entry, `s${String(i).padStart(2, '0')}`, 0);
    await history.clock.advance(1);
    history.ledger.lost(entry);
    history.finish();
    const { neverResubscribed, downAtEnd } = seen(history).streams;
    expect([neverResubscribed, downAtEnd.length, downAtEnd[0], downAtEnd.at(-1)]).toEqual([30, 20, 's00', 's19']);
  });
});
