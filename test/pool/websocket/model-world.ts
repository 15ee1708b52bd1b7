import * as fc from 'fast-check';
import { expect } from 'vitest';
import { FakeClock, seededRandom } from '../../../src/base/index.js';
import {
  type SequenceRule,
  type StreamGap,
  type Subscription,
  WebSocketConnectionPool,
  type WebSocketConnectionPoolOptions,
} from '../../../src/pool/websocket/index.js';
import { type FakeConnection, fakeProtocol, FakeVenue, nth } from './fake-venue.js';

const ORIGINS = ['ws://a:1', 'ws://b:1'];
const STREAMS = ['s0', 's1', 's2', 's3', 's4'];

interface Holder {
  readonly stream: string;
  readonly subscription: Subscription;
  readonly ids: number[];
  readonly gaps: StreamGap[];
  closing: boolean;
  done: boolean;
}

type Action = (typeof ACTIONS)[number];

const ACTIONS = [
  ...(['subscribe', 'subscribe', 'close', 'answer', 'answer', 'answerTwice', 'lose', 'drop', 'end'] as const),
  ...(['hush', 'tick', 'tick', 'tick', 'stall', 'flow', 'replay', 'oldAnswer', 'oldClose', 'notice'] as const),
  ...(['refuse', 'allow', 'wait', 'wait', 'anew', 'ignore'] as const),
];

export interface Step {
  readonly do: Action;
  readonly index: number;
}

/** Any step but those left out. */
export function anyStep(...without: Action[]): fc.Arbitrary<Step> {
  const actions = ACTIONS.filter((action) => !without.includes(action));
  return fc.record({ do: fc.constantFrom(...actions), index: fc.nat(20) });
}

export interface WorldSettings extends Partial<WebSocketConnectionPoolOptions> {
  readonly rule?: SequenceRule;
  readonly maxAgeMs?: number;
  readonly staleAfterMs?: number;
}

/** A pool, a venue in the hands of the steps, and what must hold between them. */
export class World {
  readonly clock = new FakeClock();
  readonly venue = new FakeVenue(() => this.clock.now());
  readonly holders: Holder[] = [];
  readonly pool: WebSocketConnectionPool;
  readonly #rule: SequenceRule;
  readonly #staleAfterMs: number | undefined;
  readonly #feeds: number;
  readonly #max: number;
  #lastId = 0;

  constructor(seed: number, { rule = 'contiguous', maxAgeMs, staleAfterMs, ...options }: WorldSettings = {}) {
    this.venue.answers = false;
    this.#rule = rule;
    this.#staleAfterMs = staleAfterMs;
    this.#feeds = options.feeds ?? 1;
    this.#max = options.maxConnections ?? 3;
    this.pool = new WebSocketConnectionPool({
      origins: ORIGINS,
      protocol: fakeProtocol({
        requests: { count: 5, perMs: 1000 },
        maxStreamsPerRequest: 3,
        sequenceOf: () => rule,
        ...(maxAgeMs !== undefined && { maxAgeMs }),
      }),
      maxConnections: this.#max,
      streamsPerConnection: 2,
      ackTimeoutMs: 500,
      silenceTimeoutMs: 1000,
      pingTimeoutMs: 300,
      settleMs: 200,
      mergeWaitMs: 100,
      backoff: { initialMs: 50, maxMs: 500 },
      cooldownMs: 400,
      clock: this.clock,
      random: seededRandom(seed),
      dial: this.venue.dial,
      ...options,
    });
  }

  get wanted(): Holder[] {
    return this.holders.filter(({ closing }) => !closing);
  }

  async take({ do: action, index }: Step): Promise<void> {
    const connection = this.#connection(index);
    const origin = nth(ORIGINS, index % ORIGINS.length);
    const actions: Record<Action, () => unknown> = {
      subscribe: () => this.#subscribe(nth(STREAMS, index % STREAMS.length)),
      close: () => this.#close(index),
      answer: () => connection?.answer(),
      answerTwice: () => connection?.answer(2),
      lose: () => connection?.loseAnswer(),
      drop: () => connection?.drop(),
      end: () => connection?.drop(1001),
      hush: () => this.#set(connection, 'silent'),
      stall: () => this.#set(connection, 'stalled'),
      flow: () => connection?.flow(),
      tick: () => this.#tick(),
      replay: () => this.#replay(connection, index),
      oldAnswer: () => this.#oldAnswer(connection, index),
      oldClose: () => this.venue.connections.find(({ open }) => !open)?.closeAgain(),
      notice: () => connection?.say({ kind: 'leaving' }),
      refuse: () => this.venue.refused.add(origin),
      allow: () => this.venue.refused.delete(origin),
      anew: () => this.#anew(index),
      ignore: () => connection?.ignores.add(nth(STREAMS, index % STREAMS.length)),
      wait: () => this.clock.advance(index * 40),
    };
    await actions[action]();
    await this.clock.advance(0);
    this.check();
  }

  check(): void {
    const { streams, gauges } = this.pool.stats();
    expect(streams.desired).toBe(this.wanted.length);
    const served = this.wanted.filter(({ subscription: { state } }) => state === 'live' || state === 'stale');
    expect(streams.acknowledged).toBe(served.length);
    expect(gauges.open).toBeLessThanOrEqual(this.#max + 1);
    this.#checkLimits();
    for (const holder of this.holders) this.#checkIds(holder);
  }

  async heal(): Promise<void> {
    this.venue.refused.clear();
    this.venue.answers = true;
    for (const connection of this.venue.open) {
      connection.flow();
      connection.ignores.clear();
      if (connection.silent) connection.drop();
      while (connection.unanswered.length > 0) connection.answer();
    }
    await this.clock.advance(30_000);
    // Where connections grow old in seconds one is always about to be replaced.
    for (let tries = 0; tries < 100 && this.pool.stats().rotating > 0; tries += 1) await this.clock.advance(50);
    this.check();
    expect(this.wanted.filter(({ subscription: { state } }) => state !== 'live' && state !== 'stale')).toEqual([]);
    expect(this.holders.filter(({ closing, done }) => closing && !done)).toEqual([]);
    expect(this.pool.stats()).toMatchObject({ searching: 0, rotating: 0 });
    const wanted = this.wanted.flatMap(({ stream }) => Array.from({ length: this.#feeds }, () => stream));
    expect(this.#carried().sort()).toEqual(wanted.sort());
    this.#tick();
    await this.clock.advance(200);
    for (const { ids } of this.wanted) expect(ids.at(-1)).toBe(this.#lastId);
  }

  async end(): Promise<void> {
    await this.pool.close();
    expect(this.venue.open).toEqual([]);
    expect(this.clock.pendingTimers).toBe(0);
    expect(this.pool.stats().gauges).toEqual({ open: 0, used: 0, pending: 0, dialing: 0 });
  }

  #carried(): string[] {
    return this.venue.open.flatMap(({ subscribed }) => [...subscribed]);
  }

  #checkLimits(): void {
    for (const { requests } of this.venue.open) {
      const [sixth, last] = [requests.at(-6), requests.at(-1)];
      if (sixth && last) expect(last.atMs - sixth.atMs).toBeGreaterThan(1000);
    }
    // A stream that moves is on two connections for a while, each of its feeds.
    const counts = new Map<string, number>();
    for (const stream of this.#carried()) counts.set(stream, (counts.get(stream) ?? 0) + 1);
    for (const count of counts.values()) expect(count).toBeLessThanOrEqual(this.#feeds + 1);
  }

  #checkIds({ ids, gaps }: Holder): void {
    for (let i = 1; i < ids.length; i += 1) {
      const [before, after] = [nth(ids, i - 1), nth(ids, i)];
      expect(after).toBeGreaterThan(before);
      const reported = gaps.filter(({ lastGoodId, firstGoodId }) => lastGoodId === before && firstGoodId === after);
      // A loss is never silent; where the ids can tell, nothing else is reported.
      const lost = after > before + 1;
      if (lost || this.#rule === 'contiguous') expect(reported).toHaveLength(lost ? 1 : 0);
    }
  }

  #connection(index: number): FakeConnection | undefined {
    const { open } = this.venue;
    return open[index % Math.max(1, open.length)];
  }

  #subscribe(stream: string): void {
    if (this.wanted.some((holder) => holder.stream === stream)) return;
    const ids: number[] = [];
    const gaps: StreamGap[] = [];
    const subscription = this.pool.subscribe(stream, {
      onMessage: ({ lastId }) => ids.push(lastId),
      onGap: (gap) => gaps.push(gap),
      ...(this.#staleAfterMs !== undefined && { staleAfterMs: this.#staleAfterMs }),
    });
    this.holders.push({ stream, subscription, ids, gaps, closing: false, done: false });
  }

  #close(index: number): void {
    const holder = this.wanted[index % Math.max(1, this.wanted.length)];
    if (!holder) return;
    holder.closing = true;
    void holder.subscription.close().then(() => {
      holder.done = true;
    });
  }

  #anew(index: number): void {
    const holder = this.wanted[index % Math.max(1, this.wanted.length)];
    // It fails when the subscription is closed meanwhile.
    holder?.subscription.resubscribe().catch(() => {});
  }

  #set(connection: FakeConnection | undefined, flag: 'silent' | 'stalled'): void {
    if (connection) connection[flag] = true;
  }

  #tick(): void {
    this.#lastId += 1;
    for (const connection of this.venue.open)
      for (const stream of connection.subscribed) connection.data(stream, this.#lastId);
  }

  #replay(connection: FakeConnection | undefined, index: number): void {
    for (const stream of connection?.subscribed ?? []) connection?.data(stream, Math.max(0, this.#lastId - index));
  }

  #oldAnswer(connection: FakeConnection | undefined, index: number): void {
    const gone = this.venue.connections.filter(({ open }) => !open).flatMap(({ requests }) => requests);
    const request = gone[index % Math.max(1, gone.length)];
    if (request) connection?.say({ kind: 'ack', id: request.id, ok: true });
  }
}
