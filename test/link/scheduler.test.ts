import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock } from '../../src/base/index.js';
import { Scheduler } from '../../src/link/index.js';

test('without work there is no timer, before and after', async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler(clock);
  expect(clock.pendingTimers).toBe(0);
  scheduler.at(5, () => undefined);
  scheduler.at(9, () => undefined);
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(20);
  expect(clock.pendingTimers).toBe(0);
  expect(scheduler.pending).toBe(0);
});

test('work runs in order of due times, each within a millisecond of its own', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double({ min: 0, max: 60, noNaN: true }), { maxLength: 30 }), async (dues) => {
      const clock = new FakeClock();
      const scheduler = new Scheduler(clock);
      const ran: number[] = [];
      for (const due of dues) {
        scheduler.at(due, (lateMs) => {
          ran.push(due);
          expect(clock.now() - due).toBeCloseTo(lateMs, 6);
          expect(Math.abs(lateMs)).toBeLessThan(1);
        });
      }
      await clock.advance(70);
      expect(ran).toEqual([...dues].sort((a, b) => a - b));
    }),
    { numRuns: 50 },
  );
});

test('earlier work that comes later moves the timer forward', async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler(clock);
  const ran: string[] = [];
  scheduler.at(50, () => ran.push('late'));
  scheduler.at(10, () => ran.push('early'));
  await clock.advance(11);
  expect(ran).toEqual(['early']);
  await clock.advance(40);
  expect(ran).toEqual(['early', 'late']);
});

test('work added by work runs in its turn, never inside the call', async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler(clock);
  const ran: string[] = [];
  scheduler.at(10, () => {
    scheduler.at(10, () => ran.push('second'));
    ran.push('first');
  });
  await clock.advance(12);
  expect(ran).toEqual(['first', 'second']);
});

test('work that throws does not stop what comes after it', async () => {
  const fired: (() => void)[] = [];
  let now = 0;
  const scheduler = new Scheduler({
    now: () => now,
    setTimeout: (callback) => fired.push(callback),
    clearTimeout: () => undefined,
  });
  const ran: string[] = [];
  scheduler.at(10, () => {
    throw new Error('broken work');
  });
  scheduler.at(20, () => ran.push('next'));
  now = 10;
  expect(() => fired.at(-1)?.()).toThrow('broken work');
  now = 20;
  fired.at(-1)?.();
  expect(ran).toEqual(['next']);
});
