import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/base/index.js';
import { type Feed, FeedHub, type Subscriber } from '../../src/exchange/feed/index.js';
import type { StreamMessage, StreamSink } from '../../src/exchange/venue.js';

/** Milliseconds between two messages of each stream. */
const PERIODS: Readonly<Record<string, number>> = { quick: 1, even: 5, slow: 20 };
const STREAMS = Object.keys(PERIODS);
const TICK_MS = 5;

/** Messages of a stream that fall due after `fromMs`, up to and with `untilMs`. */
function due(stream: string, fromMs: number, untilMs: number): number {
  const period = PERIODS[stream] ?? 1;
  return Math.floor(untilMs / period) - Math.floor(fromMs / period);
}

function feedOf(stream: string, startMs: number): Feed {
  let sentMs = startMs;
  return {
    symbol: '',
    nextId: 0,
    poll: (nowMs) => {
      const count = due(stream, sentMs, nowMs);
      sentMs = nowMs;
      return Array.from({ length: count }, () => ({ firstId: 0, lastId: 0, frame: () => '' }));
    },
  };
}

/** A connection as the hub sees it; counts what it is told. */
class Wire implements StreamSink, Subscriber {
  readonly sink = this;
  readonly form = undefined;
  readonly streams = new Set<string>();
  lost = false;
  published = 0;
  misses = 0;
  readonly violations: string[] = [];

  publish(_message: StreamMessage): void {
    this.published += 1;
  }
  missed(): void {
    this.misses += 1;
  }
  violated(rule: string): void {
    this.violations.push(rule);
  }
  reply(): void {}
  acknowledge(): void {}
  ping(): void {}
  close(): void {}
  drop(): void {}
  subscribed(): void {}
  unsubscribed(): void {}
}

interface Step {
  readonly do: 'subscribe' | 'unsubscribe' | 'silence' | 'cut' | 'leave' | 'wait';
  readonly wire: number;
  readonly stream: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom(
    ...(['subscribe', 'subscribe', 'subscribe', 'unsubscribe', 'silence', 'cut', 'leave', 'wait', 'wait'] as const),
  ),
  wire: fc.nat(3),
  stream: fc.nat(STREAMS.length - 1),
});

/** A hub with wires, and beside it a count of what falls due while a stream is wanted and no working wire has it. */
class World {
  readonly clock = new FakeClock();
  readonly hub = new FeedHub({
    clock: this.clock,
    now: () => this.clock.now(),
    open: (stream) => (stream in PERIODS ? feedOf(stream, this.clock.now()) : undefined),
  });
  readonly all: Wire[] = [];
  expected = 0;
  readonly #slots: Wire[] = Array.from({ length: 4 }, () => this.#newWire());
  readonly #carriers = new Map<string, Set<Wire>>(STREAMS.map((stream) => [stream, new Set<Wire>()]));
  readonly #down = new Set<string>();

  get misses(): number {
    return this.all.reduce((sum, wire) => sum + wire.misses, 0);
  }

  async apply({ do: what, wire: slot, stream: index }: Step): Promise<void> {
    const wire = this.#slots[slot];
    const stream = STREAMS[index];
    if (!wire || stream === undefined) return;
    if (what === 'wait') await this.tick();
    if (what === 'subscribe') this.#subscribe(wire, stream);
    if (what === 'unsubscribe') this.#unsubscribe(wire, stream);
    if (what === 'silence' || what === 'cut') this.#lose(wire);
    if (what === 'cut' || what === 'leave') this.#end(slot, wire);
  }

  /** Everything happens between ticks, so that the hub's beat and this count mean the same five milliseconds. */
  async tick(): Promise<void> {
    const fromMs = this.clock.now();
    for (const stream of this.#down) this.expected += due(stream, fromMs, fromMs + TICK_MS);
    await this.clock.advance(TICK_MS);
  }

  #unsubscribe(wire: Wire, stream: string): void {
    if (wire.lost || !wire.streams.delete(stream)) return;
    this.hub.unsubscribe(stream, wire);
    this.#carriers.get(stream)?.delete(wire);
  }

  #subscribe(wire: Wire, stream: string): void {
    if (wire.lost || wire.streams.has(stream)) return;
    wire.streams.add(stream);
    this.hub.subscribe(stream, wire);
    this.#carriers.get(stream)?.add(wire);
    this.#down.delete(stream);
  }

  #lose(wire: Wire): void {
    if (wire.lost) return;
    wire.lost = true;
    for (const stream of wire.streams) {
      const carriers = this.#carriers.get(stream);
      if (carriers?.delete(wire) && carriers.size === 0) this.#down.add(stream);
    }
  }

  #end(slot: number, wire: Wire): void {
    for (const stream of wire.streams) {
      this.hub.unsubscribe(stream, wire);
      this.#carriers.get(stream)?.delete(wire);
    }
    this.#slots[slot] = this.#newWire();
  }

  #newWire(): Wire {
    const wire = new Wire();
    this.all.push(wire);
    return wire;
  }
}

describe('messages that fall due while no working connection carries their stream', () => {
  it('are counted, each once, over any order of subscribes, leaves, cuts and silences', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), async (steps) => {
        const world = new World();
        for (const one of steps) await world.apply(one);
        await world.tick();
        expect(world.misses).toBe(world.expected);
        world.hub.close();
        expect(world.clock.pendingTimers).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('are those of the whole outage of a stream that one connection had', async () => {
    const world = new World();
    await world.apply({ do: 'subscribe', wire: 0, stream: 0 });
    await world.tick();
    await world.apply({ do: 'cut', wire: 0, stream: 0 });
    for (let i = 0; i < 10; i += 1) await world.tick();
    await world.apply({ do: 'subscribe', wire: 1, stream: 0 });
    await world.tick();
    expect(world.misses).toBe(50);
  });

  it('are not counted for a stream that the client left, nor kept alive for it', async () => {
    const world = new World();
    await world.apply({ do: 'subscribe', wire: 0, stream: 0 });
    await world.apply({ do: 'leave', wire: 0, stream: 0 });
    expect(world.clock.pendingTimers).toBe(0);
    await world.tick();
    expect(world.misses).toBe(0);
  });

  it('are given up for streams beyond a bound, which is told', () => {
    const clock = new FakeClock();
    const hub = new FeedHub({ clock, now: () => clock.now(), open: () => feedOf('slow', 0) });
    const wire = new Wire();
    for (let i = 0; i < 4100; i += 1) hub.subscribe(`s${i}`, wire);
    wire.lost = true;
    for (let i = 0; i < 4100; i += 1) hub.unsubscribe(`s${i}`, wire);
    expect(wire.violations).toEqual(Array.from({ length: 4 }, () => 'too-many-orphans'));
    hub.subscribe('s0', new Wire());
    hub.unsubscribe('s0', wire);
    hub.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
