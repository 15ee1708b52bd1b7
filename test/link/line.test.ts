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
    if (index < legs) lines[index % 2 ? 1 : 0].send(1, delayMs, lines[index % 2 ? 0 : 1], () => leg(index + 1));
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
  up.send(1, 10.4, down, () => undefined);
  await clock.advance(100);
  let deliveredAtMs = 0;
  down.send(1, 10, up, () => (deliveredAtMs = clock.now()));
  await clock.advance(100);
  expect(deliveredAtMs).toBe(110);
});

test('a later send with a shorter delay does not overtake', async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler(clock);
  const [up, down] = [new Line(scheduler), new Line(scheduler)];
  const order: string[] = [];
  up.send(1, 30, down, () => order.push('first'));
  up.send(1, 5, down, () => order.push('second'));
  await clock.advance(29);
  expect(order).toEqual([]);
  await clock.advance(5);
  expect(order).toEqual(['first', 'second']);
});

test('a line is full from a megabyte under way until some of it has arrived', () => {
  const scheduler = new Scheduler(new FakeClock());
  const [up, down] = [new Line(scheduler), new Line(scheduler)];
  up.send((1 << 20) - 1, 10, down, () => undefined);
  expect(up.full).toBe(false);
  up.send(1, 10, down, () => undefined);
  expect(up.full).toBe(true);
  up.arrived(1);
  expect(up.full).toBe(false);
});
