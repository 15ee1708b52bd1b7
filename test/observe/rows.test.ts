import { describe, expect, it } from 'vitest';
import { observedFault } from '../../src/observe/faults.js';
import { peakOpen } from '../../src/observe/peak.js';
import { lossesOf } from '../../src/observe/reconnects.js';
import { outagesOf } from '../../src/observe/outages.js';
import { ObservedRows } from '../../src/observe/rows.js';
import { spreadOf } from '../../src/observe/spread.js';
import type { LedgerConnection, LedgerConnectionRow } from '../../src/exchange/protocol.js';
import { accepted, served } from '../runner/sample.js';

const withTraffic = (row: LedgerConnection): LedgerConnectionRow => ({
  ...row,
  bytesRead: 0,
  bytesWritten: 0,
  subscribes: 0,
});
const open = { closedAtMs: null, endedBy: null } as const;

describe('the rows of an observation', () => {
  it('hold each connection and subscription once, as they were seen last', () => {
    const rows = new ObservedRows();
    const live = { ...served('s'), endedAtMs: null, endedBy: null };
    rows.add({ connections: [withTraffic(accepted(1, open))], subscriptions: [live] });
    rows.add({ connections: [withTraffic(accepted(1, { closedAtMs: 30 }))], subscriptions: [served('s')] });
    expect(rows.connections.map(({ closedAtMs }) => closedAtMs)).toEqual([30]);
    expect(rows.subscriptions.map(({ endedAtMs }) => endedAtMs)).toEqual([100]);
    expect(rows.subscriptions[0]).not.toHaveProperty('sent');
  });

  it('are told apart by address and ordinal where ports repeat', () => {
    const rows = new ObservedRows();
    const same = { remotePort: 7, ...open };
    const connections = [
      accepted(1, same),
      accepted(2, { ...same, ordinal: 1 }),
      accepted(3, { ...same, remoteAddress: '127.0.0.2' }),
    ];
    rows.add({ connections: connections.map(withTraffic), subscriptions: [] });
    expect(rows.connections).toHaveLength(3);
  });

  it('are bounded, and what was not kept is counted when it has ended, once', () => {
    const rows = new ObservedRows(2);
    const add = (id: number, closedAtMs: number | null): void =>
      rows.add({ connections: [withTraffic(accepted(id, { closedAtMs }))], subscriptions: [] });
    add(1, null);
    add(2, 20);
    add(3, null);
    expect(rows.dropped).toBe(0);
    add(3, 30);
    add(1, 40);
    expect(rows.dropped).toBe(1);
    expect(rows.connections.map(({ closedAtMs }) => closedAtMs)).toEqual([40, 20]);
  });
});

describe('what happens at the same instant', () => {
  it('makes room before it takes room, for the peak', () => {
    const rows = [accepted(0, { acceptedAtMs: 1, closedAtMs: 5 }), accepted(1, { acceptedAtMs: 5, closedAtMs: 9 })];
    expect(peakOpen(rows)).toBe(1);
  });

  it('is no reconnect of itself', () => {
    const [loss] = lossesOf([accepted(1, { acceptedAtMs: 5, lostAtMs: 5 })], 'http');
    expect(loss).toMatchObject({ lostAtMs: 5, reconnectedAtMs: null });
  });

  it('ends an outage that began then, and makes none of a subscription that carried nothing', () => {
    const lost = served('s', { startedAtMs: 1, lostAtMs: 5, endedAtMs: 6 });
    expect(outagesOf([lost, served('s', { startedAtMs: 5, endedAtMs: null })])).toMatchObject([
      { lostAtMs: 5, backAtMs: 5 },
    ]);
    expect(outagesOf([served('s', { startedAtMs: 5, lostAtMs: 5 })])).toEqual([]);
  });

  it('is an outage when one of two carriers is left and the other lost', () => {
    const left = served('s', { startedAtMs: 1, endedAtMs: 5 });
    expect(outagesOf([served('s', { startedAtMs: 2, lostAtMs: 5 }), left])).toHaveLength(1);
  });
});

describe('a loss in the course of a fault', () => {
  const stamp = { id: 'f', kind: 'reset', endpoint: 0, openAtInjection: 1, touched: 1 } as const;
  const found = (lostAtMs: number, endpoint = 0): number => {
    const rows = [accepted(1, { endpoint, acceptedAtMs: 1, lostAtMs })];
    const losses = { connections: lossesOf(rows, 'http'), outages: [] };
    return observedFault({ ...stamp, injectedAtMs: 5, liftedAtMs: 9 }, losses, 0).connectionsLost;
  };

  it('is booked on it from its injection to its lift, both included, and at its endpoint', () => {
    expect([4, 5, 9, 10].map((lostAtMs) => found(lostAtMs))).toEqual([0, 1, 1, 0]);
    expect(found(7, 1)).toBe(0);
  });
});

describe('connections that never worked', () => {
  it('are neither losses nor reconnects', () => {
    const dialled = { requests: 0, responses: 0 };
    const rows = [
      accepted(1, { acceptedAtMs: 1, lostAtMs: 10 }),
      accepted(2, { ...dialled, acceptedAtMs: 11, lostAtMs: 11 }),
      accepted(3, { ...dialled, requests: 1, acceptedAtMs: 12, lostAtMs: 13 }),
      accepted(4, { acceptedAtMs: 20 }),
    ];
    expect(lossesOf(rows, 'http')).toMatchObject([{ lostAtMs: 10, reconnectedAtMs: 20 }]);
  });

  it('are told from streams, which have a queue of their own', () => {
    const rows = [
      accepted(1, { acceptedAtMs: 1, lostAtMs: 10, upgraded: true }),
      accepted(2, { acceptedAtMs: 15 }),
      accepted(3, { acceptedAtMs: 20, upgraded: true }),
    ];
    expect(lossesOf(rows, 'stream')).toMatchObject([{ reconnectedAtMs: 20 }]);
    expect(lossesOf(rows, 'http')).toEqual([]);
  });
});

describe('a spread', () => {
  it('has a median that occurred', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ count: 4, min: 1, p50: 2, max: 4 });
    expect(spreadOf([])).toBeNull();
  });
});
