import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock, seededRandom } from '../../../src/base/index.js';
import { ActiveFault, ActiveFaults, createFault, Postponed } from '../../../src/exchange/faults/index.js';
import { Ledger } from '../../../src/exchange/ledger.js';
import type { FaultPlan, FaultScope, FaultSpec } from '../../../src/exchange/protocol.js';
import type { StreamMessage } from '../../../src/exchange/venue.js';
import { message } from '../fake-venue.js';
import { FakeConnection } from './fake-endpoint.js';

/** One connection behind the message faults, with what was delivered on it. */
class Bench {
  readonly clock = new FakeClock();
  readonly ledger = new Ledger(this.clock);
  readonly faults = new ActiveFaults();
  readonly connection = new FakeConnection(this.ledger, 0);
  readonly delivered: StreamMessage[] = [];
  withheld = 0;
  readonly outlet = {
    connection: this.connection,
    deliver: (sent: StreamMessage) => {
      this.delivered.push(sent);
    },
    withheld: () => {
      this.withheld += 1;
    },
  };
  #begun = 0;

  begin(spec: FaultSpec, scope: Partial<FaultScope> = {}): ActiveFault {
    const id = String((this.#begun += 1));
    const plan: FaultPlan = { id, endpoint: null, atMs: 0, durationMs: 1, ...spec, ...scope };
    const postponed = new Postponed(this.clock);
    const fault = createFault(spec, postponed);
    if (!fault) throw new Error('no such fault');
    const active = new ActiveFault({ plan, fault, postponed, random: seededRandom(id), ledger: this.ledger });
    this.ledger.injected(plan);
    this.faults.add(active);
    return active;
  }

  publish(stream: string, id: number): void {
    this.faults.messages.publish(this.outlet, message(stream, id));
  }

  ids(stream = 's'): number[] {
    return this.delivered.filter((one) => one.stream === stream).map(({ firstId }) => firstId);
  }
}

test('reordering swaps with the next message of the same stream, whatever other streams do', () => {
  const bench = new Bench();
  const fault = bench.begin({ kind: 'reorder-messages' });
  for (const id of [1, 2, 3]) for (const stream of ['s', 't']) bench.publish(stream, id);
  expect([bench.ids('s'), bench.ids('t')]).toEqual([
    [2, 1],
    [2, 1],
  ]);
  bench.faults.remove(fault);
  expect([bench.ids('s'), bench.ids('t')]).toEqual([
    [2, 1, 3],
    [2, 1, 3],
  ]);
});

test('a message that waits for the next one is sent before its stream ends, and withheld when its connection does', () => {
  const bench = new Bench();
  bench.begin({ kind: 'reorder-messages' });
  bench.publish('s', 1);
  bench.publish('t', 1);
  bench.faults.messages.ends(bench.outlet, 's');
  expect([bench.ids('s'), bench.ids('t')]).toEqual([[1], []]);
  bench.faults.left(bench.connection);
  expect([bench.ids('t'), bench.withheld]).toEqual([[], 1]);
});

test('faults that overlap act one after the other, in the order of their injection', () => {
  const bench = new Bench();
  const twice = bench.begin({ kind: 'duplicate-messages' });
  const swapped = bench.begin({ kind: 'reorder-messages' });
  bench.publish('s', 1);
  bench.publish('s', 2);
  expect(bench.ids()).toEqual([1, 1, 2, 2]);
  bench.faults.remove(twice);
  bench.publish('s', 3);
  bench.publish('s', 4);
  bench.faults.remove(swapped);
  expect(bench.ids().slice(4)).toEqual([4, 3]);
});

test('what is crossed stays crossed, and is not made wrong in another way', () => {
  const bench = new Bench();
  bench.begin({ kind: 'crossed-book' });
  bench.begin({ kind: 'wrong-checksum' });
  bench.publish('s', 1);
  expect(bench.delivered.map(({ frame }) => frame)).toEqual(['{"crossed":1}']);
  expect(bench.ledger.snapshot().faults.map(({ touched }) => touched)).toEqual([1, 0]);
});

test('a stalled stream stays stalled, and a spared one stays spared', () => {
  const bench = new Bench();
  const stall = bench.begin({ kind: 'stream-stall' }, { share: 0.5 });
  const streams = Array.from({ length: 40 }, (_, index) => `s${index}`);
  for (const id of [1, 2, 3]) for (const stream of streams) bench.publish(stream, id);
  const spared = streams.filter((stream) => bench.ids(stream).length > 0);
  expect(spared.every((stream) => bench.ids(stream).length === 3)).toBe(true);
  expect(spared.length).toBeGreaterThan(0);
  expect(bench.ledger.snapshot().faults[0]?.touched).toBe(40 - spared.length);
  expect(bench.withheld).toBe(3 * (40 - spared.length));
  // However many of its streams are hit, the fault lies on the connection once.
  expect(bench.connection.entry.faults).toBe(1);
  stall.release();
  expect(bench.connection.entry.faults).toBe(0);
});

const kinds = ['drop-messages', 'duplicate-messages', 'reorder-messages', 'crossed-book', 'stream-stall'] as const;
type Step =
  | { readonly do: 'begin'; readonly kind: (typeof kinds)[number]; readonly share: number }
  | { readonly do: 'lift'; readonly which: number }
  | { readonly do: 'publish' | 'end'; readonly stream: string };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('begin'), kind: fc.constantFrom(...kinds), share: fc.constantFrom(0.3, 1) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lift'), which: fc.nat(5) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('publish'), stream: fc.constantFrom('s', 't.BBB') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end'), stream: fc.constantFrom('s', 't.BBB') }) },
);

test('whatever begins, overlaps and is lifted: no message is lost uncounted, and afterwards all is as it was', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const bench = new Bench();
      const lasting: ActiveFault[] = [];
      let published = 0;
      for (const one of steps) {
        if (one.do === 'begin') lasting.push(bench.begin({ kind: one.kind }, { share: one.share }));
        else if (one.do === 'lift') {
          const [active] = lasting.splice(one.which, 1);
          if (active) bench.faults.remove(active);
        } else if (one.do === 'publish') bench.publish(one.stream, (published += 1));
        else bench.faults.messages.ends(bench.outlet, one.stream);
      }
      for (const active of lasting) bench.faults.remove(active);
      expect(bench.faults.messages.none).toBe(true);
      const arrived = new Set(bench.delivered.map(({ firstId }) => firstId));
      // A message that one fault doubled and another dropped is withheld once and delivered once.
      expect(arrived.size + bench.withheld).toBeGreaterThanOrEqual(published);
      expect(arrived.size).toBeLessThanOrEqual(published);
      if (!steps.some((one) => one.do === 'begin' && one.kind === 'duplicate-messages'))
        expect(bench.delivered.length + bench.withheld).toBe(published);
      const before = bench.delivered.length;
      bench.publish('s', 1000);
      expect(bench.delivered.slice(before)).toMatchObject([{ firstId: 1000, frame: '{"id":1000}' }]);
    }),
  );
});
