import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/index.js';
import { poissonArrivals } from '../../src/runner/arm/schedule.js';

describe('poissonArrivals', () => {
  it('starts at zero, never goes back, and ends where the rate says', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 2, max: 400 }),
        fc.double({ min: 1, max: 2000, noNaN: true }),
        (seed, count, rate) => {
          const arrivals = poissonArrivals(seededRandom(seed), rate, count);
          expect(arrivals[0]).toBe(0);
          expect(arrivals.at(-1)).toBeCloseTo(((count - 1) / rate) * 1e3, 6);
          expect([...arrivals]).toEqual([...arrivals].toSorted((a, b) => a - b));
        },
      ),
    );
  });

  it('gives the same arrivals for the same seed, and others for another', () => {
    const one = poissonArrivals(seededRandom('a').fork('slice 3'), 240, 480);
    expect(poissonArrivals(seededRandom('a').fork('slice 3'), 240, 480)).toEqual(one);
    expect(poissonArrivals(seededRandom('a').fork('slice 4'), 240, 480)).not.toEqual(one);
  });

  it('has gaps whose spread is that of an exponential distribution', () => {
    const arrivals = poissonArrivals(seededRandom(5), 100, 20_000);
    const gaps = Array.from(arrivals.slice(1), (at, i) => at - (arrivals[i] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(deviation / mean).toBeGreaterThan(0.97);
    expect(deviation / mean).toBeLessThan(1.03);
  });
});
