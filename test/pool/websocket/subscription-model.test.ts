import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock, seededRandom } from '../../../src/base/index.js';
import { type Subscription, WebSocketConnectionPool } from '../../../src/pool/websocket/index.js';
import { type FakeConnection, fakeProtocol, FakeVenue, nth } from './fake-venue.js';

const ORIGINS = ['ws://a:1', 'ws://b:1'];
const STREAMS = ['s0', 's1', 's2', 's3', 's4'];
const MAX = 3;
const PER_CONNECTION = 2;

interface Holder {
  readonly stream: string;
  readonly subscription: Subscription;
  readonly ids: number[];
  /** Ids that a gap event covered, as [first, last]. */
  readonly missed: [number, number][];
  closing: boolean;
  done: boolean;
}

type Step =
  | { readonly do: 'subscribe' | 'close'; readonly index: number }
  | { readonly do: 'answer' | 'answerTwice' | 'lose' | 'drop' | 'end' | 'hush'; readonly index: number }
  | { readonly do: 'tick' | 'replay' | 'oldAnswer'; readonly index: number }
  | { readonly do: 'refuse' | 'allow'; readonly index: number }
  | { readonly do: 'wait'; readonly index: number };

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom(
    ...(['subscribe', 'subscribe', 'close', 'answer', 'answer', 'answerTwice', 'lose', 'drop', 'end'] as const),
    ...(['hush', 'tick', 'tick', 'replay', 'oldAnswer', 'refuse', 'allow', 'wait', 'wait'] as const),
  ),
  index: fc.nat(20),
});

/** A pool, a venue in the hands of the steps, and what must hold between them. */
class World {
  readonly clock = new FakeClock();
  readonly venue = new FakeVenue(() => this.clock.now());
  readonly holders: Holder[] = [];
  readonly pool: WebSocketConnectionPool;
  #lastId = 0;

  constructor(seed: number) {
    this.venue.answers = false;
    this.pool = new WebSocketConnectionPool({
      origins: ORIGINS,
      protocol: fakeProtocol({ requestsPerSecond: 5, maxStreamsPerRequest: 3 }),
      maxConnections: MAX,
      streamsPerConnection: PER_CONNECTION,
      ackTimeoutMs: 500,
      silenceTimeoutMs: 1000,
      pingTimeoutMs: 300,
      backoff: { initialMs: 50, maxMs: 500 },
      cooldownMs: 400,
      clock: this.clock,
      random: seededRandom(seed),
      dial: this.venue.dial,
    });
  }

  get wanted(): Holder[] {
    return this.holders.filter(({ closing }) => !closing);
  }

  async take({ do: action, index }: Step): Promise<void> {
    const connection = this.#connection(index);
    const origin = nth(ORIGINS, index % ORIGINS.length);
    const actions: Record<Step['do'], () => unknown> = {
      subscribe: () => this.#subscribe(nth(STREAMS, index % STREAMS.length)),
      close: () => this.#close(index),
      answer: () => connection?.answer(),
      answerTwice: () => connection?.answer(2),
      lose: () => connection?.loseAnswer(),
      drop: () => connection?.drop(),
      end: () => connection?.drop(1001),
      hush: () => this.#hush(connection),
      tick: () => this.#tick(),
      replay: () => this.#replay(connection, index),
      oldAnswer: () => this.#oldAnswer(connection, index),
      refuse: () => this.venue.refused.add(origin),
      allow: () => this.venue.refused.delete(origin),
      wait: () => this.clock.advance(index * 40),
    };
    await actions[action]();
    await this.clock.advance(0);
    this.check();
  }

  check(): void {
    const { streams, gauges } = this.pool.stats();
    expect(streams.desired).toBe(this.wanted.length);
    expect(streams.acknowledged).toBe(this.wanted.filter(({ subscription }) => subscription.state === 'live').length);
    expect(gauges.open).toBeLessThanOrEqual(MAX);
    expect(gauges.used).toBeLessThanOrEqual(gauges.open * PER_CONNECTION);
    const carried = this.venue.open.flatMap(({ subscribed }) => [...subscribed]);
    expect(new Set(carried).size).toBe(carried.length);
    for (const { ids, missed } of this.holders) {
      for (let i = 1; i < ids.length; i += 1) {
        const [before, after] = [nth(ids, i - 1), nth(ids, i)];
        expect(after).toBeGreaterThan(before);
        // A loss is reported exactly: never silently, never more than was lost.
        const reported = missed.filter(([first, last]) => first === before + 1 && last === after - 1).length;
        expect(reported).toBe(after > before + 1 ? 1 : 0);
      }
    }
  }

  async heal(): Promise<void> {
    this.venue.refused.clear();
    this.venue.answers = true;
    for (const connection of this.venue.open) {
      if (connection.silent) connection.drop();
      while (connection.unanswered.length > 0) connection.answer();
    }
    await this.clock.advance(30_000);
    this.check();
    expect(this.wanted.map(({ subscription }) => subscription.state)).toEqual(this.wanted.map(() => 'live'));
    expect(this.holders.filter(({ closing, done }) => closing && !done)).toEqual([]);
    const carried = this.venue.open.flatMap(({ subscribed }) => [...subscribed]);
    expect(carried.sort()).toEqual(this.wanted.map(({ stream }) => stream).sort());
    this.#tick();
    for (const { ids } of this.wanted) expect(ids.at(-1)).toBe(this.#lastId);
  }

  #connection(index: number): FakeConnection | undefined {
    const { open } = this.venue;
    return open[index % Math.max(1, open.length)];
  }

  #subscribe(stream: string): void {
    if (this.wanted.some((holder) => holder.stream === stream)) return;
    const ids: number[] = [];
    const missed: [number, number][] = [];
    const subscription = this.pool.subscribe(stream, {
      onMessage: ({ lastId }) => ids.push(lastId),
      onGap: ({ lastGoodId, firstGoodId }) => missed.push([lastGoodId + 1, firstGoodId - 1]),
    });
    this.holders.push({ stream, subscription, ids, missed, closing: false, done: false });
  }

  #close(index: number): void {
    const holder = this.wanted[index % Math.max(1, this.wanted.length)];
    if (!holder) return;
    holder.closing = true;
    void holder.subscription.close().then(() => {
      holder.done = true;
    });
  }

  #hush(connection: FakeConnection | undefined): void {
    if (connection) connection.silent = true;
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

describe('subscriptions under any course of events', () => {
  it('are each carried once, seen in order, accounted for exactly, and live again once the venue is well', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 60 }), async (seed, steps) => {
        const world = new World(seed);
        for (const next of steps) await world.take(next);
        await world.heal();
        await world.pool.close();
        expect(world.venue.open).toEqual([]);
        expect(world.clock.pendingTimers).toBe(0);
        expect(world.pool.stats().gauges).toEqual({ open: 0, used: 0, pending: 0, dialing: 0 });
      }),
      { numRuns: 150 },
    );
  });

  it('can be closed at every point of a loss and its recovery', async () => {
    const course: Step[] = [
      { do: 'subscribe', index: 0 },
      { do: 'answer', index: 0 },
      { do: 'tick', index: 0 },
      { do: 'hush', index: 0 },
      { do: 'wait', index: 20 },
      { do: 'wait', index: 20 },
      { do: 'lose', index: 0 },
      { do: 'wait', index: 13 },
      { do: 'answerTwice', index: 0 },
      { do: 'tick', index: 0 },
      { do: 'drop', index: 0 },
      { do: 'answer', index: 0 },
      { do: 'tick', index: 0 },
    ];
    for (let at = 1; at <= course.length; at += 1) {
      const world = new World(at);
      for (const next of course.toSpliced(at, 0, { do: 'close', index: 0 })) await world.take(next);
      await world.heal();
      expect(world.holders.map(({ subscription }) => subscription.state)).toEqual(['closed']);
      await world.pool.close();
      expect(world.clock.pendingTimers).toBe(0);
    }
  });
});
