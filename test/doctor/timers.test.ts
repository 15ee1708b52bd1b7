import { describe, expect, test } from 'vitest';
import { longestStallMs, stall } from '../../src/doctor/stall.js';
import { eventLoopTurn, timerLateness, timers, turnTimes } from '../../src/doctor/timers.js';
import { TickingClock } from './ticking-clock.js';

describe('timers', () => {
  test('are timed one after the other, each against its own due time', async () => {
    const clock = new TickingClock({ lateMs: [0, 3, 0.5] });
    expect(await timerLateness(clock, 4, 1000)).toEqual([0, 3, 0.5, 0]);
  });

  test('are fewer where they would take too long', async () => {
    expect(await timerLateness(new TickingClock({ lateMs: [24] }), 20, 40)).toEqual([24, 24]);
    expect(await timerLateness(new TickingClock({ lateMs: [500] }), 20, 40)).toEqual([500]);
  });

  test.each([
    [[0.1, 1.1, 0.6], 'ok', 0.6],
    [[0.1, 40, 0.2], 'ok', 0.2],
    [[2, 3, 2.5], 'warn', 2.5],
    [[15, 16, 1], 'bad', 15],
  ])('late by %j ms are %s', (lateMs, severity, value) => {
    expect(timers(lateMs)).toMatchObject({ severity, value });
  });

  test('cannot tell without one', () => {
    expect(timers([]).measured).toMatch(/^cannot tell/);
  });
});

describe('event-loop-turn', () => {
  test('is timed by the clock around each turn', async () => {
    let turns = 0;
    const clock = new TickingClock({ stepsMs: [0.25] });
    const turn = () => {
      turns += 1;
      return Promise.resolve();
    };
    expect(await turnTimes(clock, turn, 3)).toEqual([0.25, 0.25, 0.25]);
    expect(turns).toBe(3);
  });

  test.each([
    [[0.002, 0.003, 5], 'ok'],
    [[0.2, 0.3, 0.1], 'warn'],
    [[1, 2, 3], 'bad'],
  ])('of %j ms is %s', (tookMs, severity) => {
    expect(eventLoopTurn(tookMs).severity).toBe(severity);
  });

  test('cannot tell without one', () => {
    expect(eventLoopTurn([]).measured).toMatch(/^cannot tell/);
  });
});

describe('stall', () => {
  test('is the longest wait beyond the due time, and the ticker ends with its time', async () => {
    const late = Array.from({ length: 100 }, (_, i) => (i === 40 ? 33 : 0.1));
    const clock = new TickingClock({ lateMs: late });
    const beganMs = clock.now();
    expect(await longestStallMs(clock, 100)).toBeCloseTo(33, 6);
    expect(clock.now() - beganMs).toBeLessThanOrEqual(101);
  });

  test.each([
    [1.2, 'ok'],
    [6, 'note'],
    [20, 'warn'],
    [250, 'bad'],
  ])('of %d ms is %s', (longestMs, severity) => {
    expect(stall(longestMs, 1000)).toMatchObject({ severity, value: longestMs });
  });
});
