import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock, seededRandom } from '../../../src/base/index.js';
import { FaultSchedule } from '../../../src/exchange/fault-schedule.js';
import { ActiveFaults } from '../../../src/exchange/faults/index.js';
import { Ledger } from '../../../src/exchange/ledger.js';
import type { FaultPlan, FaultSpec } from '../../../src/exchange/protocol.js';
import { FakeConnection, FakeEndpoint } from './fake-endpoint.js';

function open() {
  const clock = new FakeClock();
  const ledger = new Ledger(clock);
  const endpoints = [new FakeEndpoint(), new FakeEndpoint()];
  for (const [index, endpoint] of endpoints.entries())
    for (let i = 0; i < 4; i += 1) endpoint.open.push(new FakeConnection(ledger, index));
  const active = new ActiveFaults();
  const ground = { symbols: [['AAA'], ['AAA']], tls: true, movable: true };
  const schedule = new FaultSchedule({ clock, ledger, endpoints, active, ground, random: seededRandom('s') });
  return { clock, ledger, endpoints, active, schedule };
}

const base = { id: 'f', endpoint: 0, atMs: 100, durationMs: 50 } as const;

test('a fault is injected and lifted at its times, and stamped with them', async () => {
  const { clock, ledger, endpoints, schedule } = open();
  schedule.plan([{ ...base, kind: 'refuse' }]);
  await clock.advance(99);
  expect([endpoints[0]?.stops, ledger.snapshot().faults]).toEqual([0, []]);
  await clock.advance(1);
  expect([endpoints[0]?.stops, endpoints[1]?.stops]).toEqual([1, 0]);
  await clock.advance(100);
  expect(endpoints[0]?.stops).toBe(0);
  expect(ledger.snapshot().faults).toEqual([
    { id: 'f', kind: 'refuse', endpoint: 0, injectedAtMs: 100, liftedAtMs: 150, openAtInjection: 4, touched: 4 },
  ]);
  expect(clock.pendingTimers).toBe(0);
});

test('a fault without an endpoint is one fault of them all', async () => {
  const { clock, ledger, endpoints, schedule } = open();
  schedule.plan([{ ...base, endpoint: null, kind: 'cut-all', by: 'rst' }]);
  await clock.advance(100);
  expect(endpoints.flatMap(({ open }) => open.flatMap(({ done }) => done))).toEqual(Array(8).fill('reset'));
  expect(ledger.snapshot().faults).toMatchObject([{ endpoint: null, openAtInjection: 8, touched: 8 }]);
});

test('a share is drawn for each connection, by the seed and the name of the fault', async () => {
  const runs = [1, 2].map(async () => {
    const { clock, endpoints, schedule } = open();
    const plans = Array.from({ length: 20 }, (_, index): FaultPlan => ({
      ...base,
      id: `f${index}`,
      endpoint: null,
      kind: 'cut-all',
      share: 0.5,
    }));
    schedule.plan(plans);
    await clock.advance(100);
    return endpoints.flatMap(({ open }) => open.map(({ done }) => done.length));
  });
  const [one = [], other] = await Promise.all(runs);
  expect(one).toEqual(other);
  expect(one.every((cuts) => cuts > 0 && cuts < 20)).toBe(true);
});

test('a connection is unhealthy from the injection to the lift, once for each fault that hit it', async () => {
  const { clock, ledger, schedule } = open();
  schedule.plan([
    { ...base, id: 'a', atMs: 0, kind: 'silence' },
    { ...base, id: 'b', atMs: 20, kind: 'silence' },
  ]);
  await clock.advance(100);
  // 8 connections for 100 ms, less 4 of them from 0 to 70.
  expect(ledger.snapshot().integrals).toMatchObject({ openMs: 800, healthyMs: 800 - 280 });
});

test('maintenance is announced first, and the cut follows', async () => {
  const { clock, endpoints, schedule } = open();
  schedule.plan([{ ...base, kind: 'maintenance-notice', leadMs: 50 }]);
  await clock.advance(149);
  expect(endpoints[0]?.open.map(({ done }) => done.join())).toEqual(Array(4).fill('maintenance 50'));
  await clock.advance(1);
  expect(endpoints[0]?.open[0]?.done).toEqual(['maintenance 50', 'close 1001 ']);
});

test('a handshake that is held back goes on after its delay, or at the lift if that comes first', async () => {
  const { clock, ledger, active, schedule } = open();
  schedule.plan([{ ...base, atMs: 0, kind: 'slow-handshake', delayMs: 30 }]);
  await clock.advance(0);
  const proceeded: number[] = [];
  const newcomer = (): void => {
    active.connections.handshake(new FakeConnection(ledger, 0))?.(() => proceeded.push(clock.now()));
  };
  newcomer();
  await clock.advance(40);
  newcomer();
  await clock.advance(100);
  expect(proceeded).toEqual([30, 50]);
  expect(active.connections.handshake(new FakeConnection(ledger, 0))).toBeNull();
});

test('delays of faults that overlap add up', async () => {
  const { clock, ledger, active, schedule } = open();
  const slow = { ...base, atMs: 0, durationMs: 1000, kind: 'slow-handshake', delayMs: 30 } as const;
  schedule.plan([slow, { ...slow, id: 'g', delayMs: 40 }]);
  await clock.advance(0);
  let proceededMs = 0;
  active.connections.handshake(new FakeConnection(ledger, 0))?.(() => (proceededMs = clock.now()));
  await clock.advance(100);
  expect(proceededMs).toBe(70);
});

test('an endpoint that does not come back leaves its stamp open, and a violation that says why', async () => {
  const { clock, ledger, endpoints, schedule } = open();
  schedule.plan([{ ...base, kind: 'refuse' }]);
  await clock.advance(100);
  endpoints[0]!.failure = new Error('taken');
  await clock.advance(100);
  const { faults, counts } = ledger.snapshot();
  expect(faults).toMatchObject([{ liftedAtMs: null }]);
  expect(counts.violations).toEqual({ 'fault-not-lifted': 1 });
});

test('of plans that are refused together none is injected', async () => {
  const { clock, ledger, schedule } = open();
  const plans: FaultPlan[] = [
    { ...base, kind: 'refuse' },
    { ...base, kind: 'refuse', endpoint: 9 },
  ];
  expect(() => schedule.plan(plans)).toThrow('fault f: no endpoint 9');
  await clock.advance(200);
  expect(ledger.snapshot().faults).toEqual([]);
});

test('closing forgets what is planned and what was put off', async () => {
  const { clock, endpoints, schedule } = open();
  schedule.plan([
    { ...base, kind: 'refuse' },
    { ...base, atMs: 0, id: 'g', kind: 'maintenance-notice', leadMs: 50 },
  ]);
  await clock.advance(10);
  schedule.close();
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(1000);
  expect([endpoints[0]?.stops, endpoints[0]?.open[0]?.done]).toEqual([0, ['maintenance 50']]);
});

const specs: readonly FaultSpec[] = [
  { kind: 'refuse' },
  { kind: 'dns-change' },
  { kind: 'silence' },
  { kind: 'slow-handshake', delayMs: 70 },
  { kind: 'tls-failure' },
  { kind: 'http-error', status: 503 },
  { kind: 'drop-messages' },
  { kind: 'lost-ack' },
];
const plan: fc.Arbitrary<FaultPlan> = fc
  .tuple(fc.constantFrom(...specs), fc.constantFrom(0, 1, null), fc.nat(300), fc.nat(300))
  .map(([spec, endpoint, atMs, durationMs]) => Object.assign({ id: 'any', endpoint, atMs, durationMs }, spec));

test('whatever overlaps: each fault is stamped once, lifted after its time, and nothing of it is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { maxLength: 12 }), async (plans) => {
      const { clock, ledger, endpoints, active, schedule } = open();
      schedule.plan(plans.map((one, index) => ({ ...one, id: String(index) })));
      await clock.advance(1000);
      const { faults } = ledger.snapshot();
      expect(faults).toHaveLength(plans.length);
      for (const stamp of faults) {
        const { atMs, durationMs } = plans[Number(stamp.id)]!;
        expect([stamp.injectedAtMs, stamp.liftedAtMs]).toEqual([atMs, atMs + durationMs]);
      }
      expect(endpoints.map(({ stops, moves }) => [stops, moves])).toEqual([
        [0, 0],
        [0, 0],
      ]);
      const newcomer = new FakeConnection(ledger, 0);
      expect(active.connections.accept(newcomer)).toBe(false);
      expect(active.connections.certificate(newcomer)).toBeUndefined();
      expect([active.requests.none, active.messages.none]).toEqual([true, true]);
      expect(endpoints.flatMap(({ open }) => open.map(({ entry }) => entry.faults))).toEqual(Array(8).fill(0));
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: 40 },
  );
});
