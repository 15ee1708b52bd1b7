import * as fc from 'fast-check';
import { FakeClock } from '../../src/base/index.js';
import { Ledger } from '../../src/exchange/ledger.js';
import type { ConnectionEntry } from '../../src/exchange/ledger-rows.js';
import { ObservedRows } from '../../src/observe/rows.js';

/**
 * A history of a program at an exchange, told to the exchange's ledger and, independently, to a reckoning that is kept
 * event by event with plain queues and sets, as somebody would who watches it happen.
 */

export type Event =
  | { readonly do: 'accept'; readonly as: 'http' | 'stream' | 'nothing' }
  | Happening
  | { readonly do: 'snapshot' | 'begin' | 'lift' };

/** Something that happens to one of the connections there are. */
interface Happening {
  readonly do: 'request' | 'subscribe' | 'unsubscribe' | 'leave' | 'cut' | 'expel' | 'silence';
  readonly pick: number;
}

const pick = fc.nat(50);

export const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('accept' as const), as: fc.constantFrom('http', 'stream', 'nothing') }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['request', 'request', 'subscribe', 'subscribe', 'subscribe', 'unsubscribe'] as const),
        ...(['leave', 'cut', 'expel', 'silence'] as const),
      ),
      pick,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('snapshot' as const, 'begin' as const, 'lift' as const) }) },
);

const STREAMS = ['a', 'b', 'c'];
const ENDPOINTS = 2;

interface Held {
  readonly entry: ConnectionEntry;
  readonly as: 'http' | 'stream' | 'nothing';
  readonly endpoint: number;
  requests: number;
  works: boolean;
  readonly streams: Set<string>;
}

/** A loss as the reckoning has it: when, and what came of it. */
interface Missing {
  readonly atMs: number;
  readonly fault: Tally | null;
  backAtMs: number | null;
}

/** What the reckoning keeps of one fault. */
interface Tally {
  readonly endpoint: number | null;
  readonly injectedAtMs: number;
  liftedAtMs: number | null;
}

export class History {
  readonly clock = new FakeClock(1000);
  readonly ledger = new Ledger(this.clock);
  readonly rows = new ObservedRows();
  peak = 0;
  readonly requests: number[] = [];
  readonly losses = { http: [] as Missing[], stream: [] as Missing[] };
  readonly outages: (Missing & { readonly stream: string })[] = [];
  unused = 0;
  readonly faults: Tally[] = [];
  readonly #open = new Set<Held>();
  readonly #carriers = new Map<string, Set<Held>>(STREAMS.map((stream) => [stream, new Set<Held>()]));
  #port = 0;

  async play(events: readonly Event[]): Promise<void> {
    for (const one of events) {
      await this.clock.advance(1);
      this.#apply(one);
    }
    await this.clock.advance(1);
    this.finish();
  }

  finish(): void {
    for (const held of this.#open) this.#account(held);
    this.rows.add(this.ledger.snapshot());
  }

  #apply(one: Event): void {
    if (one.do === 'accept') this.#accept(one.as);
    else if (one.do === 'snapshot') this.rows.add(this.ledger.snapshot());
    else if (one.do === 'begin') this.#begin();
    else if (one.do === 'lift') this.#lift();
    else if ('pick' in one) this.#happen(one);
  }

  #accept(as: Held['as']): void {
    const endpoint = this.#port % ENDPOINTS;
    const remote = { address: '127.0.0.1', port: 50_000 + this.#port++ };
    const entry = this.ledger.accepted(endpoint, remote, { bytesRead: 0, bytesWritten: 0 });
    this.ledger.ready(entry, 'none');
    const held: Held = { entry, as, endpoint, requests: 0, works: true, streams: new Set() };
    this.#open.add(held);
    this.peak = Math.max(this.peak, this.#open.size);
    if (as === 'nothing') return;
    // The longest-waiting loss of its kind is made good by it.
    const waiting = this.losses[as].find(({ backAtMs }) => backAtMs === null);
    if (waiting) waiting.backAtMs = this.clock.now();
    if (as === 'stream') this.ledger.upgrade(entry);
    else this.#request(held);
  }

  #request(held: Held): void {
    if (held.as !== 'http') return;
    held.requests += 1;
    this.ledger.request(held.entry);
    this.ledger.response(held.entry, 200);
  }

  #happen(one: Happening): void {
    const able = [...this.#open].filter((held) => held.works || one.do === 'leave');
    const held = able[one.pick % Math.max(1, able.length)];
    if (!held) return;
    const stream = STREAMS[one.pick % STREAMS.length] ?? 'a';
    if (one.do === 'request') this.#request(held);
    if (one.do === 'subscribe') this.#subscribe(held, stream);
    if (one.do === 'unsubscribe') this.#unsubscribe(held, stream);
    if (one.do === 'silence') this.#lose(held);
    if (one.do === 'leave') this.#end(held, 'client');
    if (one.do === 'cut' || one.do === 'expel') {
      this.#lose(held);
      this.#end(held, one.do === 'cut' ? 'fault' : 'exchange');
    }
  }

  #unsubscribe(held: Held, stream: string): void {
    if (!held.streams.delete(stream)) return;
    this.ledger.unsubscribed(held.entry, stream, 0);
    this.#carriers.get(stream)?.delete(held);
  }

  #subscribe(held: Held, stream: string): void {
    if (held.as !== 'stream' || held.streams.has(stream)) return;
    held.streams.add(stream);
    this.ledger.subscribed(held.entry, stream, 0);
    const down = this.outages.find((outage) => outage.stream === stream && outage.backAtMs === null);
    if (down) down.backAtMs = this.clock.now();
    this.#carriers.get(stream)?.add(held);
  }

  #lose(held: Held): void {
    held.works = false;
    this.ledger.lost(held.entry);
    const atMs = this.clock.now();
    const fault =
      this.faults.find((one) => one.liftedAtMs === null && (one.endpoint ?? held.endpoint) === held.endpoint) ?? null;
    if (held.as !== 'nothing') this.losses[held.as].push({ atMs, fault, backAtMs: null });
    for (const stream of held.streams) {
      const carriers = this.#carriers.get(stream);
      if (carriers?.delete(held) && carriers.size === 0) this.outages.push({ stream, atMs, fault, backAtMs: null });
    }
  }

  #end(held: Held, by: 'client' | 'exchange' | 'fault'): void {
    held.entry.ending = true;
    this.ledger.closed(held.entry, by);
    for (const stream of held.streams) this.#carriers.get(stream)?.delete(held);
    this.#open.delete(held);
    this.#account(held);
  }

  #account(held: Held): void {
    if (held.as === 'nothing') this.unused += 1;
    if (held.requests > 0) this.requests.push(held.requests);
  }

  /** One fault at a time, so that nobody can be in doubt which one it was. */
  #begin(): void {
    if (this.faults.some(({ liftedAtMs }) => liftedAtMs === null)) return;
    const id = this.faults.length;
    const endpoint = id % 3 === 2 ? null : id % 3;
    this.ledger.injected({ id: String(id), kind: 'reset', endpoint, atMs: 0, durationMs: 0 });
    this.faults.push({ endpoint, injectedAtMs: this.clock.now(), liftedAtMs: null });
  }

  #lift(): void {
    const lasting = this.faults.findIndex(({ liftedAtMs }) => liftedAtMs === null);
    const fault = this.faults[lasting];
    if (!fault) return;
    fault.liftedAtMs = this.clock.now();
    this.ledger.lifted(String(lasting));
  }
}
