import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PollCycle } from '../../src/runner/arm/poll-cycle.js';

const poll = (operation: string, weight: number) => ({ venue: 'v', operation, symbols: 2, weight });

describe('polls that share the requests of a load', () => {
  it('come evenly, a rare one among frequent ones', () => {
    const cycle = new PollCycle([poll('a', 5), poll('b', 1), poll('c', 1)]);
    const order = Array.from({ length: 14 }, (_, i) => cycle.turn(i).poll.operation).join('');
    expect(order).toBe('aabacaaaabacaa');
  });

  it('are each counted through from 0, in the proportion of their weights', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 4 }), (given, rounds) => {
        const cycle = new PollCycle(given.map((weight, i) => poll(String(i), weight)));
        const seen = new Map<string, number[]>();
        const total = given.reduce((sum, weight) => sum + weight, 0);
        for (let i = 0; i < total * rounds; i += 1) {
          const turn = cycle.turn(i);
          seen.set(turn.poll.operation, [...(seen.get(turn.poll.operation) ?? []), turn.count]);
        }
        for (const [i, weight] of given.entries())
          expect(seen.get(String(i))).toEqual(Array.from({ length: weight * rounds }, (_, count) => count));
      }),
    );
  });

  it('cannot be none', () => {
    expect(() => new PollCycle([])).toThrow(RangeError);
  });
});
