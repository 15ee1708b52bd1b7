import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock, seededRandom, type Clock } from '../../src/base/index.js';
import { Line } from '../../src/link/line.js';
import { Scheduler } from '../../src/link/index.js';

/** A clock whose timers come late by up to `worstMs`, as a runtime's do. */
function lateClock(clock: FakeClock, worstMs: number): Clock {
  const random = seededRandom('late');
  return {
    now: () => clock.now(),
    setTimeout: (callback, delayMs) => clock.setTimeout(callback, Math.trunc(delayMs) + random.next() * worstMs),
    clearTimeout: (handle) => {
      clock.clearTimeout(handle);
    },
  };
}

/** Lets `legs` deliveries cause each other to and fro; resolves with the time that all of them took. */
async function pingPong(legs: number, delayMs: number, worstMs: number): Promise<number> {
  const clock = new FakeClock();
  const scheduler = new Scheduler(lateClock(clock, worstMs));
  const lines = [new Line(scheduler), new Line(scheduler)] as const;
  let endMs = 0;
  const leg = (index: number): void => {
    endMs = clock.now();
    if (index < legs) lines[index % 2 ? 1 : 0].send(1, 0, delayMs, lines[index % 2 ? 0 : 1], () => leg(index + 1));
  };
  leg(0);
  await clock.advance(legs * (delayMs + worstMs) + 10);
  return endMs;
}

test('errors of the timers do not add up over the legs of one exchange', async () => {
  expect(Math.abs((await pingPong(40, 2.5, 1)) - 100)).toBeLessThan(1.5);
  expect(Math.abs((await pingPong(41, 25, 1)) - 1025)).toBeLessThan(1.5);
});

test('what leaves long after a delivery is not shifted by its lateness', async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler(clock);
  const [up, down] = [new Line(scheduler), new Line(scheduler)];
  up.send(1, 0, 10.4, down, () => undefined);
  await clock.advance(100);
  let deliveredAtMs = 0;
  down.send(1, 0, 10, up, () => (deliveredAtMs = clock.now()));
  await clock.advance(100);
  expect(deliveredAtMs).toBe(110);
});

test('a later send with a shorter delay does not overtake', async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler(clock);
  const [up, down] = [new Line(scheduler), new Line(scheduler)];
  const order: string[] = [];
  up.send(1, 0, 30, down, () => order.push('first'));
  up.send(1, 0, 5, down, () => order.push('second'));
  await clock.advance(29);
  expect(order).toEqual([]);
  await clock.advance(5);
  expect(order).toEqual(['first', 'second']);
});

test('a line is full from a megabyte under way until some of it has arrived', () => {
  const scheduler = new Scheduler(new FakeClock());
  const [up, down] = [new Line(scheduler), new Line(scheduler)];
  up.send((1 << 20) - 1, 0, 10, down, () => undefined);
  expect(up.full).toBe(false);
  up.send(1, 0, 10, down, () => undefined);
  expect(up.full).toBe(true);
  up.arrived(1);
  expect(up.full).toBe(false);
});

/** What a line of this width and these trips should do, from the definition: when each thing arrives. */
function arrivals(sent: readonly Thing[], bitsPerSecond: number): number[] {
  let [nowMs, freeAtMs, lastMs] = [0, 0, 0];
  return sent.map(({ waitMs, bytes, tripMs }) => {
    nowMs += waitMs;
    freeAtMs = Math.max(nowMs, freeAtMs) + (bytes * 8e3) / bitsPerSecond;
    lastMs = Math.max(lastMs, freeAtMs + tripMs);
    return lastMs;
  });
}

interface Thing {
  readonly waitMs: number;
  readonly bytes: number;
  readonly tripMs: number;
}

test('a line of limited width delivers in order, each thing once and when its last bit has made its trip', async () => {
  const thing = fc.record({
    waitMs: fc.constantFrom(0, 0, 1, 5, 30),
    bytes: fc.integer({ min: 0, max: 20_000 }),
    tripMs: fc.double({ min: 0, max: 30, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(thing, { maxLength: 15 }), fc.constantFrom(1e6, 10e6, 1e9), async (sent, width) => {
      const clock = new FakeClock();
      const scheduler = new Scheduler(clock);
      const [line, opposite] = [new Line(scheduler, width), new Line(scheduler, width)];
      const arrived: [number, number][] = [];
      for (const [index, { waitMs, bytes, tripMs }] of sent.entries()) {
        if (waitMs > 0) await clock.advance(waitMs);
        line.send(bytes, 0, tripMs, opposite, () => arrived.push([index, clock.now()]));
      }
      await clock.advance(5_000);
      expect(arrived.map(([index]) => index)).toEqual(sent.map((_, index) => index));
      for (const [index, dueMs] of arrivals(sent, width).entries()) {
        const lateMs = (arrived[index]?.[1] ?? 0) - dueMs;
        expect(lateMs).toBeGreaterThanOrEqual(-0.6 - 1e-9);
        expect(lateMs).toBeLessThan(1);
      }
    }),
    { numRuns: 60 },
  );
});

test('a busy line carries exactly its width', async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler(clock);
  const [line, opposite] = [new Line(scheduler, 10e6), new Line(scheduler, 10e6)];
  let lastMs = 0;
  for (let sent = 0; sent < 100; sent += 1)
    line.send(12_500, 0, sent % 2 ? 3 : 20, opposite, () => {
      lastMs = clock.now();
    });
  await clock.advance(2_000);
  // 1.25 MB at 10 Mbit/s, and the trip of the last one or of the one before it.
  expect(Math.abs(lastMs - 1010)).toBeLessThan(1);
});

test('what is held back leaves later, and the line is taken by others meanwhile only behind it', async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler(clock);
  const [line, opposite] = [new Line(scheduler, 8e6), new Line(scheduler, 8e6)];
  const arrived: number[] = [];
  line.send(2_000, 20, 10, opposite, () => arrived.push(clock.now()));
  line.send(2_000, 0, 10, opposite, () => arrived.push(clock.now()));
  await clock.advance(100);
  expect(arrived).toEqual([32, 34]);
});
