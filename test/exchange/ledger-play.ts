import * as fc from 'fast-check';
import { FakeClock } from '../../src/base/index.js';
import { LEDGER_BOUNDS, type LedgerBounds } from '../../src/exchange/ledger-bounds.js';
import type { ConnectionEntry } from '../../src/exchange/ledger-rows.js';
import { Ledger } from '../../src/exchange/ledger.js';
import type { LedgerSnapshot } from '../../src/exchange/protocol.js';

export const wire = { bytesRead: 10, bytesWritten: 20 };
const newWire = (): typeof wire => ({ ...wire });

export type Event =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'accept'; readonly port: number }
  | { readonly kind: 'close'; readonly at: number; readonly by: 'client' | 'exchange' | 'fault' }
  | { readonly kind: 'ready'; readonly at: number; readonly tls: 'full' | 'resumed' | 'none' }
  | { readonly kind: 'subscribe' | 'unsubscribe' | 'send'; readonly at: number; readonly stream: string }
  | { readonly kind: 'request' | 'response' | 'catch' | 'release' | 'end'; readonly at: number }
  | { readonly kind: 'snapshot' };

const at = fc.nat({ max: 7 });
const stream = fc.constantFrom('a', 'b');
export const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ kind: fc.constant('accept' as const), port: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('close' as const), at, by: fc.constantFrom('client', 'exchange', 'fault') }),
  fc.record({ kind: fc.constant('ready' as const), at, tls: fc.constantFrom('full', 'resumed', 'none') }),
  fc.record({ kind: fc.constantFrom('subscribe', 'unsubscribe', 'send'), at, stream }),
  fc.record({ kind: fc.constantFrom('request', 'response', 'catch', 'release', 'end'), at }),
  fc.record({ kind: fc.constant('snapshot' as const) }),
);

/** Plays events into a ledger beside the simplest possible account of the same things. */
export class Play {
  readonly clock = new FakeClock(500);
  readonly ledger: Ledger;
  readonly entries: ConnectionEntry[] = [];
  readonly snapshots: LedgerSnapshot[] = [];
  readonly integrals = { openMs: 0, healthyMs: 0, subscribedMs: 0 };
  nextId = 1;

  constructor(bounds: Partial<LedgerBounds> = {}) {
    this.ledger = new Ledger(this.clock, { ...LEDGER_BOUNDS, ...bounds });
  }

  async all(events: readonly Event[]): Promise<void> {
    for (const event of events) await this.one(event);
  }

  async one(event: Event): Promise<void> {
    if (event.kind === 'wait') return this.wait(event.ms);
    if (event.kind === 'accept') return void this.entries.push(this.ledger.accepted(0, from(event.port), newWire()));
    if (event.kind === 'snapshot') return void this.snapshots.push(this.ledger.snapshot());
    const entry = this.entries[event.at % Math.max(1, this.entries.length)];
    if (entry) this.touch(entry, event);
  }

  touch(entry: ConnectionEntry, event: Exclude<Event, { kind: 'wait' | 'accept' | 'snapshot' }>): void {
    const { ledger } = this;
    if (event.kind === 'close') ledger.closed(entry, event.by);
    else if (event.kind === 'ready') ledger.ready(entry, event.tls);
    else if (event.kind === 'subscribe') ledger.subscribed(entry, event.stream, this.nextId);
    else if (event.kind === 'unsubscribe') ledger.unsubscribed(entry, event.stream, this.nextId);
    else if (event.kind === 'send')
      ledger.sent(entry, { stream: event.stream, symbol: '', frame: '', firstId: this.nextId, lastId: this.nextId++ });
    else if (event.kind === 'request') ledger.request(entry);
    else if (event.kind === 'response') ledger.response(entry, 200);
    else if (event.kind === 'catch') ledger.caught(entry);
    else if (event.kind === 'release' && entry.faults > 0) ledger.released(entry);
    else if (event.kind === 'end') ledger.wireClosed(entry);
  }

  async wait(ms: number): Promise<void> {
    for (const entry of this.entries) {
      this.integrals.openMs += entry.usable ? ms : 0;
      this.integrals.healthyMs += entry.usable && entry.faults === 0 ? ms : 0;
      this.integrals.subscribedMs += entry.row.closedAtMs === null ? entry.subscriptions.size * ms : 0;
    }
    await this.clock.advance(ms);
  }
}

export function from(port: number): { address: string; port: number } {
  return { address: '127.0.0.1', port };
}
