import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../src/base/index.js';
import type { LedgerBounds } from '../../src/exchange/ledger-bounds.js';
import { Ledger } from '../../src/exchange/ledger.js';
import type { LedgerSnapshot } from '../../src/exchange/protocol.js';
import { event, from, Play, wire } from './ledger-play.js';

describe('whatever happens,', () => {
  const holds = async (
    check: (play: Play, last: LedgerSnapshot) => void,
    bounds: Partial<LedgerBounds> = {},
  ): Promise<void> => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
        const play = new Play(bounds);
        await play.all(events);
        const last = play.ledger.snapshot();
        play.snapshots.push(last);
        check(play, last);
      }),
      { numRuns: 150 },
    );
  };

  test('every accepted connection became usable, was cut in its handshake, or is still in it', async () => {
    await holds(({ entries }, { counts }) => {
      const usable = entries.filter(({ row }) => row.readyAtMs !== null).length;
      const inHandshake = entries.filter(({ row }) => row.readyAtMs === null && row.closedAtMs === null).length;
      expect(counts.accepted).toBe(counts.cutInHandshake + usable + inHandshake);
    });
  });

  test('every accepted connection is open or was closed by exactly one side', async () => {
    await holds(({ entries }, { counts }) => {
      const open = entries.filter(({ row }) => row.closedAtMs === null).length;
      expect(counts.accepted).toBe(counts.closedByClient + counts.closedByExchange + counts.closedByFault + open);
    });
  });

  test('every subscription is live, was unsubscribed, or ended with its connection', async () => {
    await holds(({ snapshots }, { counts, subscriptions }) => {
      const ended = snapshots.flatMap((snapshot) => snapshot.subscriptions.filter((row) => row.endedAtMs !== null));
      const live = subscriptions.filter((row) => row.endedAtMs === null).length;
      expect(counts.subscribes).toBe(ended.length + live);
      expect(counts.unsubscribes).toBe(ended.filter((row) => row.endedBy === 'unsubscribe').length);
    });
  });

  test('the integrals are those of a step-by-step account', async () => {
    await holds(({ integrals }, last) => {
      expect(last.integrals.openMs).toBeCloseTo(integrals.openMs, 6);
      expect(last.integrals.healthyMs).toBeCloseTo(integrals.healthyMs, 6);
      expect(last.integrals.subscribedMs).toBeCloseTo(integrals.subscribedMs, 6);
    });
  });

  test('each closed connection is handed out once, and the open ones each time', async () => {
    await holds(({ entries, snapshots }, last) => {
      const closed = snapshots.flatMap(({ connections }) => connections.filter((row) => row.closedAtMs !== null));
      const key = (row: { remotePort: number; ordinal: number }): string => `${row.remotePort}/${row.ordinal}`;
      const expected = entries.filter(({ row }) => row.closedAtMs !== null).map(({ row }) => key(row));
      expect(closed.map(key).sort()).toEqual(expected.sort());
      expect(last.connections.filter((row) => row.closedAtMs === null)).toHaveLength(entries.length - expected.length);
    });
  });

  test('the messages of the rows and those without a subscription are all that were sent', async () => {
    await holds(({ snapshots }, last) => {
      const rows = snapshots
        .flatMap(({ subscriptions }) => subscriptions.filter((row) => row.endedAtMs !== null))
        .concat(last.subscriptions.filter((row) => row.endedAtMs === null));
      const inRows = rows.reduce((sum, row) => sum + row.messagesSent, 0);
      const ids = rows.reduce((sum, row) => sum + row.sent.reduce((n, [first, end]) => n + end - first + 1, 0), 0);
      expect(last.counts.messagesSent).toBe(inRows + (last.counts.violations['sent-without-subscription'] ?? 0));
      expect(ids).toBe(inRows);
    });
  });

  test('bytes never shrink, whether their sockets are open or gone', async () => {
    await holds(({ entries, snapshots }) => {
      expect(snapshots.at(-1)!.counts.bytesRead).toBe(10 * entries.length);
      const written = snapshots.map(({ counts }) => counts.bytesWritten);
      expect(written).toEqual([...written].sort((a, b) => a - b));
    });
  });

  test('rows beyond the bound are counted as dropped, and the counters stay exact', async () => {
    await holds(
      ({ entries, snapshots }, { counts, rowsDropped }) => {
        const closed = entries.filter(({ row }) => row.closedAtMs !== null).length;
        const ended = snapshots.flatMap((snapshot) => [
          ...snapshot.connections.filter((row) => row.closedAtMs !== null),
          ...snapshot.subscriptions.filter((row) => row.endedAtMs !== null),
        ]).length;
        const live = snapshots.at(-1)!.subscriptions.filter((row) => row.endedAtMs === null).length;
        expect(ended + rowsDropped).toBe(closed + counts.subscribes - live);
      },
      { rows: 2 },
    );
  });
});

test('a request is reused when its connection had completed a response before', () => {
  const ledger = new Ledger(new FakeClock());
  const entry = ledger.accepted(0, from(1), wire);
  ledger.ready(entry, 'none');
  ledger.request(entry);
  ledger.request(entry);
  ledger.response(entry, 200);
  ledger.request(entry);
  ledger.response(entry, 429);
  expect(ledger.snapshot().counts).toMatchObject({
    requests: 3,
    reusedRequests: 1,
    responses: 2,
    responsesByStatus: { 200: 1, 429: 1 },
  });
});

test('a connection counts as unhealthy from the injection until the lift, or until it is closed', async () => {
  const clock = new FakeClock();
  const ledger = new Ledger(clock);
  const [closed, kept] = [ledger.accepted(0, from(1), wire), ledger.accepted(0, from(2), wire)];
  ledger.ready(closed, 'full');
  ledger.ready(kept, 'full');
  await clock.advance(100);
  ledger.injected({ id: 'f', kind: 'silence', endpoint: 0, atMs: 100, durationMs: 50 });
  ledger.caught(closed);
  ledger.caught(kept);
  await clock.advance(30);
  ledger.closed(closed, 'client');
  await clock.advance(20);
  ledger.released(closed);
  ledger.released(kept);
  ledger.lifted('f');
  await clock.advance(10);
  const { integrals, faults } = ledger.snapshot();
  expect(integrals).toMatchObject({ openMs: 130 + 160, healthyMs: 100 + 100 + 10 });
  expect(faults).toEqual([
    { id: 'f', kind: 'silence', endpoint: 0, injectedAtMs: 100, liftedAtMs: 150, openAtInjection: 2, touched: 0 },
  ]);
});

test('what a venue says of its subscriptions while their connection ends is not an unsubscribe', () => {
  const ledger = new Ledger(new FakeClock());
  const entry = ledger.accepted(0, from(1), wire);
  ledger.ready(entry, 'none');
  ledger.subscribed(entry, 'told', 5);
  ledger.subscribed(entry, 'untold', 5);
  ledger.sent(entry, { stream: 'untold', symbol: '', frame: '', firstId: 5, lastId: 8 });
  entry.ending = true;
  ledger.unsubscribed(entry, 'told', 9);
  ledger.closed(entry, 'client');
  const { counts, subscriptions } = ledger.snapshot();
  expect(counts).toMatchObject({ subscribes: 2, unsubscribes: 0 });
  expect(subscriptions.map(({ stream, endedBy, untilId }) => ({ stream, endedBy, untilId }))).toEqual([
    { stream: 'told', endedBy: 'connection', untilId: 9 },
    { stream: 'untold', endedBy: 'connection', untilId: 9 },
  ]);
});

test('connections from one port to one endpoint are told apart by their ordinal', () => {
  const ledger = new Ledger(new FakeClock());
  const ordinals = [
    ledger.accepted(0, from(7), wire),
    ledger.accepted(1, from(7), wire),
    ledger.accepted(0, from(7), wire),
  ];
  expect(ordinals.map(({ row }) => row.ordinal)).toEqual([0, 0, 1]);
});
