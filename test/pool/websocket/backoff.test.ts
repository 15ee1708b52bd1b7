import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock, seededRandom } from '../../../src/base/index.js';
import { Backoff } from '../../../src/pool/websocket/backoff.js';

const always = (value: number) => ({ ...seededRandom(1), next: () => value });

describe('Backoff', () => {
  it('doubles its bound with every failure, up to the most', async () => {
    const clock = new FakeClock();
    const backoff = new Backoff({ initialMs: 100, maxMs: 500 }, clock, always(1));
    const waits: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      await clock.advance(backoff.waitMs() + 1);
      backoff.failed(clock.now());
      waits.push(backoff.waitMs());
    }
    expect(waits).toEqual([100, 200, 400, 500, 500, 500]);
  });

  it('spreads the delay over the whole bound', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (value) => {
        const clock = new FakeClock();
        const backoff = new Backoff({ initialMs: 100, maxMs: 100 }, clock, always(value));
        backoff.failed(-1);
        backoff.failed(0.5);
        expect(backoff.waitMs()).toBeCloseTo(value * 100);
      }),
    );
  });

  it('counts failures that were under way together once', async () => {
    const clock = new FakeClock();
    const backoff = new Backoff({ initialMs: 100, maxMs: 500 }, clock, always(1));
    await clock.advance(50);
    for (const beganAtMs of [0, 10, 20]) backoff.failed(beganAtMs);
    expect(backoff.failures).toBe(1);
  });

  it('forgets failures when a connection holds, not when one opens', async () => {
    const clock = new FakeClock();
    const backoff = new Backoff({ initialMs: 100, maxMs: 500, stableAfterMs: 1000 }, clock, always(1));
    for (let i = 0; i < 3; i += 1) {
      await clock.advance(600);
      backoff.opened();
      const openedAtMs = clock.now();
      await clock.advance(10);
      backoff.broke(openedAtMs);
    }
    expect(backoff.failures).toBe(3);
    await clock.advance(600);
    backoff.opened();
    const openedAtMs = clock.now();
    await clock.advance(1000);
    backoff.broke(openedAtMs);
    expect(backoff.failures).toBe(1);
  });

  it('delays the first dial after all was well too, however old the connection that broke', async () => {
    const clock = new FakeClock();
    const backoff = new Backoff({ initialMs: 100, maxMs: 500, stableAfterMs: 1000 }, clock, always(1));
    backoff.failed(clock.now());
    await clock.advance(5000);
    backoff.broke(-10_000);
    expect([backoff.failures, backoff.waitMs()]).toEqual([1, 100]);
    // Those that break with it are one failure.
    backoff.broke(-20_000);
    expect([backoff.failures, backoff.waitMs()]).toEqual([1, 100]);
  });

  it('gives each of several dials a delay of its own, also when they turn up one after the other', async () => {
    const random = seededRandom('several');
    const begun: number[] = [];
    for (let turn = 0; turn < 200; turn += 1) {
      const clock = new FakeClock();
      const backoff = new Backoff({ initialMs: 100, maxMs: 100 }, clock, random);
      backoff.failed(-1);
      backoff.waitMs(1);
      backoff.waitMs(3);
      for (let left = 5; left > 0; left -= 1) {
        await clock.advance(backoff.waitMs(left));
        begun.push(clock.now());
        await backoff.turn(new AbortController().signal);
      }
    }
    // A thousand delays, uniform over the bound.
    for (let fromMs = 0; fromMs < 100; fromMs += 10) {
      const within = begun.filter((ms) => ms >= fromMs && ms < fromMs + 10).length;
      expect(Math.abs(within - 100)).toBeLessThan(40);
    }
  });

  it('does not make dials wait for the end of a long row once one has succeeded', async () => {
    const clock = new FakeClock(1);
    const backoff = new Backoff({ initialMs: 100, maxMs: 10_000 }, clock, always(0.9));
    for (let i = 0; i < 8; i += 1) {
      await clock.advance(backoff.waitMs() + 1);
      backoff.failed(clock.now());
    }
    expect(backoff.waitMs()).toBeCloseTo(9000);
    backoff.opened();
    expect(backoff.waitMs()).toBeCloseTo(90);
    expect(backoff.failures).toBe(8);
  });
});
