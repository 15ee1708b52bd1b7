import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SequenceRule } from '../../../../src/pool/websocket/protocol.js';
import {
  createTracker,
  type SequenceTracker,
  type SequenceVerdict,
} from '../../../../src/pool/websocket/sequence/index.js';
import { type Delivery, isRestart, joined, type Style, type TrueEvent, trueEvents } from './truth.js';

const STYLES = [
  ['ranges', 'contiguous'],
  ['restarting snapshots', 'contiguous'],
  ['links', 'linked'],
] as const satisfies readonly (readonly [Style, SequenceRule])[];

type Fault = 'none' | 'drop' | 'twice' | 'swap';

const step = fc.record({
  feed: fc.integer({ min: 0, max: 1 }),
  fault: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Fault>('none') },
    { weight: 1, arbitrary: fc.constantFrom<Fault>('drop', 'twice', 'swap') },
  ),
});

/** A connection that reads the true events in turn, with mishaps on the way. */
class Feed {
  #next: number;
  readonly #events: readonly TrueEvent[];

  constructor(events: readonly TrueEvent[], next: number) {
    this.#events = events;
    this.#next = next;
  }

  read(fault: Fault): Delivery[] {
    const event = this.#events[this.#next];
    if (!event) return [];
    const after = this.#events[this.#next + 1];
    // TCP loses and exchanges nothing; what the venue does to single messages, it does not do to a new beginning.
    if (fault === 'swap' && after && !isRestart(event) && !isRestart(after)) {
      this.#next += 2;
      return [after, event].map(plain);
    }
    this.#next += 1;
    if (fault === 'drop' && !isRestart(event)) return [];
    return fault === 'twice' ? [plain(event), plain(event)] : [plain(event)];
  }
}

const plain = (event: TrueEvent): Delivery => ({ event, message: event.message });

/** Knows the truth, and holds every verdict against it. */
class Judge {
  /** The last event that the consumer knows. */
  known: TrueEvent | undefined;
  readonly #tracker: SequenceTracker;

  constructor(tracker: SequenceTracker) {
    this.#tracker = tracker;
  }

  hear({ event, message }: Delivery, feed: number): void {
    const verdict = this.#tracker.judge(message, feed);
    const { known } = this;
    if (verdict.kind === 'repeated') {
      expect(event.index, 'nothing new is dropped').toBeLessThanOrEqual(known?.index ?? -1);
      return;
    }
    expect(event.index, 'nothing is let through twice or late').toBeGreaterThan(known?.index ?? -1);
    if (known) this.#expectLossTold(known, event, verdict);
    this.known = event;
  }

  #expectLossTold(known: TrueEvent, event: TrueEvent, verdict: SequenceVerdict): void {
    const follows = event.index === known.index + 1;
    if (verdict.kind === 'reset') {
      if (!follows) expect(verdict.missing).toBe(true);
      expect([verdict.lastGoodId, verdict.firstGoodId]).toEqual([known.message.lastId, event.message.lastId]);
    } else if (follows) expect(verdict).toEqual({ kind: 'next' });
    else
      expect(verdict).toEqual({
        kind: 'gap',
        lastGoodId: known.message.lastId,
        firstGoodId: event.message.firstId,
      });
  }
}

describe.each(STYLES)('%s, told by a %s sequence', (style, rule) => {
  it('come through once and in order, with every loss told, over two feeds with mishaps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 30, maxLength: 60 }),
        fc.integer({ min: 5, max: 20 }),
        fc.array(step, { minLength: 20, maxLength: 120 }),
        fc.integer({ min: 1, max: 30 }),
        (spans, eraLength, steps, joinsAt) => {
          const events = trueEvents(style, spans, eraLength);
          const judge = new Judge(createTracker(rule));
          const feeds = [new Feed(events, 0)];
          for (const [at, { feed, fault }] of steps.entries()) {
            const { known } = judge;
            if (at >= joinsAt && known && feeds.length === 1) feeds.push(join(style, events, judge));
            const chosen = feed % feeds.length;
            for (const delivery of feeds[chosen]?.read(fault) ?? []) judge.hear(delivery, chosen);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('come through whole over two feeds when every event survives on one of them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 30, maxLength: 60 }),
        fc.array(fc.constantFrom<'both' | 'first' | 'second'>('both', 'first', 'second'), {
          minLength: 60,
          maxLength: 60,
        }),
        (spans, survives) => {
          const events = trueEvents(style, spans, 1000);
          const tracker = createTracker(rule);
          const seen: number[] = [];
          for (const [index, { message }] of events.entries())
            for (const feed of [0, 1]) {
              if (survives[index] === (feed === 0 ? 'second' : 'first')) continue;
              const { kind } = tracker.judge(message, feed);
              expect(kind).not.toBe('gap');
              if (kind === 'next') seen.push(index);
            }
          expect(seen).toEqual([...events.keys()]);
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** A second connection opens: it may be behind or ahead of what is known, within the era. */
function join(style: Style, events: readonly TrueEvent[], judge: Judge): Feed {
  const at = judge.known?.index ?? 0;
  const era = judge.known?.era;
  const near = [at - 2, at + 1, at].map((index) => events[index]).find((event) => event?.era === era) ?? events[at];
  if (!near) return new Feed(events, at);
  const first = joined(style, near);
  if (first) judge.hear(first, 1);
  return new Feed(events, near.index + 1);
}
