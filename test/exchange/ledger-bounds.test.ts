import { describe, expect, test } from 'vitest';
import { FakeClock, seededRandom } from '../../src/base/index.js';
import type { LedgerBounds } from '../../src/exchange/ledger-bounds.js';
import type { ConnectionEntry } from '../../src/exchange/ledger-rows.js';
import { Ledger } from '../../src/exchange/ledger.js';
import type { LedgerSnapshot } from '../../src/exchange/protocol.js';
import { from, wire } from './ledger-play.js';

const BOUNDS: LedgerBounds = { rows: 40, rangesOfOne: 8, ranges: 60, remotes: 25, stamps: 12, names: 10 };
const MOST_OPEN = 15;
const STREAMS = 6;
const STEPS = 20_000;

/** Everything that clients and faults can do to a ledger, at random and for long, with names that never repeat. */
class LongHistory {
  readonly ledger = new Ledger(new FakeClock(), BOUNDS);
  readonly #random = seededRandom('long history');
  readonly #open: ConnectionEntry[] = [];
  #nextId = 0;
  #steps = 0;

  step(): void {
    const { ledger } = this;
    this.#steps += 1;
    const entry = this.#open[this.#random.integer(Math.max(1, this.#open.length))];
    const chance = this.#random.next();
    if (!entry || (chance < 0.1 && this.#open.length < MOST_OPEN)) {
      this.#open.push(ledger.accepted(0, from(this.#random.integer(60_000)), { ...wire }));
    } else if (chance < 0.15) this.#close(entry);
    else if (chance < 0.2) ledger.ready(entry, 'none');
    else if (chance < 0.3) ledger.subscribed(entry, this.#stream(), this.#nextId);
    else if (chance < 0.33) ledger.unsubscribed(entry, this.#stream(), this.#nextId);
    else if (chance < 0.8) this.#send(entry);
    else if (chance < 0.9) ledger.violated(`rule-${this.#steps}`);
    else if (chance < 0.95) this.#fault();
    else {
      ledger.request(entry);
      ledger.response(entry, 200 + this.#random.integer(300));
    }
  }

  live(): { connections: number; inHandshake: number; subscriptions: number } {
    return {
      connections: this.#open.length,
      inHandshake: this.#open.filter(({ row }) => row.readyAtMs === null).length,
      subscriptions: this.#open.reduce((sum, { subscriptions }) => sum + subscriptions.size, 0),
    };
  }

  #close(entry: ConnectionEntry): void {
    this.ledger.closed(entry, 'client');
    this.ledger.wireClosed(entry);
    this.#open.splice(this.#open.indexOf(entry), 1);
  }

  #send(entry: ConnectionEntry): void {
    // Every other id is missing: each message is a range of its own.
    this.#nextId += 2;
    const [stream = 'none'] = entry.subscriptions.keys();
    this.ledger.sent(entry, { stream, symbol: '', frame: '', firstId: this.#nextId, lastId: this.#nextId });
  }

  #fault(): void {
    const id = `f${this.#steps}`;
    this.ledger.injected({ id, kind: 'reset', endpoint: null, atMs: 0, durationMs: 1 });
    this.ledger.touched(id);
    if (this.#random.next() < 0.9) this.ledger.lifted(id);
  }

  #stream(): string {
    return `stream-${this.#random.integer(STREAMS)}`;
  }
}

function expectBounded({ kept }: LedgerSnapshot): void {
  expect(kept.ranges).toBeLessThanOrEqual(2 * BOUNDS.ranges + MOST_OPEN * STREAMS);
  expect(kept.remotes).toBeLessThanOrEqual(BOUNDS.remotes);
  expect(kept.stamps).toBeLessThanOrEqual(BOUNDS.stamps);
  expect(kept.names).toBeLessThanOrEqual(3 * (BOUNDS.names + 1));
}

function expectIdentities(history: LongHistory, { counts }: LedgerSnapshot): void {
  const live = history.live();
  expect(counts.accepted).toBe(
    counts.closedByClient + counts.closedByExchange + counts.closedByFault + live.connections,
  );
  expect(counts.subscribes).toBe(counts.unsubscribes + counts.subscriptionsLost + live.subscriptions);
  expect(Object.values(counts.responsesByStatus).reduce((sum, count) => sum + count, 0)).toBe(counts.responses);
}

const ended = ({ connections, subscriptions }: LedgerSnapshot): number[] => [
  connections.filter(({ closedAtMs }) => closedAtMs !== null).length,
  subscriptions.filter(({ endedAtMs }) => endedAtMs !== null).length,
];

describe('over a long history the ledger', () => {
  test('stays within its bounds and keeps its identities at every step', { timeout: 60_000 }, () => {
    const history = new LongHistory();
    let usable = 0;
    for (let step = 0; step < STEPS / 4; step += 1) {
      history.step();
      const snapshot = history.ledger.snapshot();
      expectBounded(snapshot);
      expectIdentities(history, snapshot);
      usable += snapshot.connections.filter((row) => row.closedAtMs !== null && row.readyAtMs !== null).length;
      const { counts, connections } = snapshot;
      const usableNow = connections.filter((row) => row.closedAtMs === null && row.readyAtMs !== null).length;
      expect(counts.accepted).toBe(counts.cutInHandshake + usable + usableNow + history.live().inHandshake);
      expect(snapshot.rowsDropped).toBe(0);
    }
  });

  test('stays within its bounds when nobody takes a snapshot, and counts what it forgot', () => {
    const history = new LongHistory();
    for (let step = 0; step < STEPS; step += 1) history.step();
    const last = history.ledger.snapshot();
    expectBounded(last);
    expectIdentities(history, last);
    const [connections = 0, subscriptions = 0] = ended(last);
    expect(connections).toBe(BOUNDS.rows);
    expect(subscriptions).toBeLessThanOrEqual(BOUNDS.rows);
    const { counts } = last;
    const all = counts.closedByClient + counts.unsubscribes + counts.subscriptionsLost;
    expect(connections + subscriptions + last.rowsDropped).toBe(all);
    expect(last.rangesDropped).toBeGreaterThan(1000);
    expect(last.stampsDropped).toBeGreaterThan(500);
    expect(counts.violations['(other)']).toBeGreaterThan(1000);
  });
});

describe('the rows of connections', () => {
  test('add up to the counters, as long as none was dropped', () => {
    const history = new LongHistory();
    const rows = new Map<string, LedgerSnapshot['connections'][number]>();
    let last = history.ledger.snapshot();
    for (let step = 0; step < STEPS; step += 1) {
      history.step();
      if (step % 50 !== 0 && step !== STEPS - 1) continue;
      last = history.ledger.snapshot();
      for (const row of last.connections) rows.set(`${row.remotePort}/${row.ordinal}`, row);
    }
    expect(last.rowsDropped).toBe(0);
    const sum = (value: (row: LedgerSnapshot['connections'][number]) => number): number =>
      [...rows.values()].reduce((total, row) => total + value(row), 0);
    expect(rows.size).toBe(last.counts.accepted);
    for (const counter of ['requests', 'responses', 'subscribes', 'bytesRead', 'bytesWritten'] as const)
      expect(sum((row) => row[counter])).toBe(last.counts[counter]);
  });

  test('have the bytes of their sockets until these are gone', () => {
    const ledger = new Ledger(new FakeClock());
    const socket = { bytesRead: 0, bytesWritten: 0 };
    const entry = ledger.accepted(0, from(1), socket);
    Object.assign(socket, { bytesRead: 5, bytesWritten: 7 });
    expect(ledger.snapshot().connections).toMatchObject([{ bytesRead: 5, bytesWritten: 7 }]);
    ledger.closed(entry, 'exchange');
    socket.bytesRead = 6;
    ledger.wireClosed(entry);
    socket.bytesRead = 99;
    const { connections, counts } = ledger.snapshot();
    expect(connections).toMatchObject([{ bytesRead: 6, bytesWritten: 7 }]);
    expect(counts).toMatchObject({ bytesRead: 6, bytesWritten: 7 });
  });

  test('keep no endless name of a stream', () => {
    const ledger = new Ledger(new FakeClock());
    const entry = ledger.accepted(0, from(1), wire);
    ledger.subscribed(entry, 's'.repeat(100_000), 1);
    ledger.closed(entry, 'client');
    expect(ledger.snapshot().subscriptions[0]?.stream).toHaveLength(256);
  });
});
