import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../src/base/index.js';
import { LedgerViews } from '../../src/exchange/ledger-views.js';
import { Ledger } from '../../src/exchange/ledger.js';
import type { ExchangeRequest, ExchangeResponse, LedgerSnapshot, LedgerView } from '../../src/exchange/protocol.js';
import { event, from, Play, wire } from './ledger-play.js';

/** Looks at the ledger of a site called `one`, as the exchange process does. */
class Reader {
  readonly #views: LedgerViews;

  constructor(ledger: Ledger) {
    this.#views = new LedgerViews((request) => Promise.resolve(answerOf(ledger, request)));
  }

  async view(): Promise<LedgerView> {
    const response = await this.#views.answer({ kind: 'view', site: 'one' });
    if (response.kind !== 'viewed') throw new Error(JSON.stringify(response));
    return response.view;
  }

  async snapshot(kind: 'snapshot' | 'close' = 'snapshot'): Promise<LedgerSnapshot> {
    const response = await this.#views.answer({ kind, site: 'one' });
    if (response.kind !== 'snapshot') throw new Error(JSON.stringify(response));
    return response.snapshot;
  }

  elsewhere(): Promise<ExchangeResponse> {
    return this.#views.answer({ kind: 'view', site: 'two' });
  }
}

function answerOf(ledger: Ledger, request: ExchangeRequest): ExchangeResponse {
  if ('site' in request && request.site === 'one') return { kind: 'snapshot', snapshot: ledger.snapshot() };
  return { kind: 'failed', code: 'E_EXCHANGE', message: 'no such site' };
}

/** Without the sizes, which say what is held and so depend on who looks. */
function rowsOf(snapshot: LedgerSnapshot): object {
  return { ...snapshot, kept: undefined };
}

describe('looking at a ledger', () => {
  test('changes nothing of what the snapshots hand out', async () => {
    const steps = fc.array(fc.oneof(event, fc.constant({ kind: 'view' as const })), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (events) => {
        const [watched, alone] = [new Play(), new Play()];
        const reader = new Reader(watched.ledger);
        for (const step of events) {
          if (step.kind === 'view') await reader.view();
          else if (step.kind === 'snapshot')
            expect(rowsOf(await reader.snapshot())).toEqual(rowsOf(alone.ledger.snapshot()));
          else await Promise.all([watched.one(step), alone.one(step)]);
        }
        expect(rowsOf(await reader.snapshot('close'))).toEqual(rowsOf(alone.ledger.snapshot()));
      }),
      { numRuns: 150 },
    );
  });

  test('shows the same twice, whether or not a snapshot was taken between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const play = new Play();
        await play.all(events.filter(({ kind }) => kind !== 'snapshot'));
        const reader = new Reader(play.ledger);
        const { kept, ...first } = await reader.view();
        expect(await reader.view()).toEqual({ ...first, kept });
        await reader.snapshot();
        const { kept: after, ...third } = await reader.view();
        expect(third).toEqual(first);
        expect(after.endedRows).toBe(kept.endedRows / 2);
      }),
      { numRuns: 50 },
    );
  });

  test('tells what is open and live from what has ended', async () => {
    const ledger = new Ledger(new FakeClock());
    const [open, closed] = [ledger.accepted(0, from(1), wire), ledger.accepted(0, from(2), wire)];
    ledger.ready(open, 'none');
    ledger.subscribed(open, 'left', 1);
    ledger.subscribed(open, 'stays', 1);
    ledger.unsubscribed(open, 'left', 4);
    ledger.closed(closed, 'client');
    const view = await new Reader(ledger).view();
    const ports = (rows: LedgerView['openConnections']): number[] => rows.map(({ remotePort }) => remotePort);
    const streams = (rows: LedgerView['liveSubscriptions']): string[] => rows.map(({ stream }) => stream);
    expect([ports(view.openConnections), ports(view.endedConnections)]).toEqual([[1], [2]]);
    expect([streams(view.liveSubscriptions), streams(view.endedSubscriptions)]).toEqual([['stays'], ['left']]);
    expect(view.openConnections[0]).toMatchObject({ subscribes: 2, bytesRead: 10, bytesWritten: 20 });
    expect(view.counts.accepted).toBe(2);
  });

  test('keeps the last thousand that ended, and every one for the next snapshot', async () => {
    const ledger = new Ledger(new FakeClock());
    const reader = new Reader(ledger);
    for (let port = 1; port <= 2500; port += 1) {
      ledger.closed(ledger.accepted(0, from(port), wire), 'client');
      if (port % 600 === 0) await reader.view();
    }
    const { endedConnections, kept } = await reader.view();
    expect(endedConnections.map(({ remotePort }) => remotePort)).toEqual(
      Array.from({ length: 1000 }, (_, index) => 1501 + index),
    );
    expect(kept.endedRows).toBe(2500 + 1000);
    expect((await reader.snapshot()).connections).toHaveLength(2500);
    expect((await reader.view()).kept.endedRows).toBe(1000);
  });

  test('drops and counts what nobody takes beyond the bound', async () => {
    const ledger = new Ledger(new FakeClock());
    const reader = new Reader(ledger);
    for (let port = 1; port <= 50_010; port += 1) {
      ledger.closed(ledger.accepted(0, from(port), wire), 'client');
      if (port % 25_000 === 0) await reader.view();
    }
    expect((await reader.view()).rowsDropped).toBe(10);
    const { connections, rowsDropped } = await reader.snapshot();
    expect([connections.length, rowsDropped]).toEqual([50_000, 10]);
  });

  test('fails where there is no such site', async () => {
    expect(await new Reader(new Ledger(new FakeClock())).elsewhere()).toMatchObject({ kind: 'failed' });
  });
});
