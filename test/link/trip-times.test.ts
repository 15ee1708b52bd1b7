import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/base/index.js';
import { tripTimes } from '../../src/link/trip-times.js';

const SAMPLES = 20_000;

function draw(rttMs: number, jitterMs: number, seed: string): number[] {
  const trip = tripTimes({ rttMs, jitterMs }, seededRandom(seed));
  return Array.from({ length: SAMPLES }, trip);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('without jitter every trip takes half a round trip', () => {
  const trip = tripTimes({ rttMs: 50 }, seededRandom(1));
  expect([trip(), trip(), trip()]).toEqual([25, 25, 25]);
});

test('trips have half the round trip as their mean, the jitter as their deviation, and never fall below the floor', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 5, 50, 200),
      fc.double({ min: 0.001, max: 0.45, noNaN: true }),
      fc.string(),
      (rttMs, share, seed) => {
        const jitterMs = share * rttMs;
        const trips = draw(rttMs, jitterMs, seed);
        const seen = mean(trips);
        const deviation = Math.sqrt(mean(trips.map((trip) => (trip - seen) ** 2)));
        // Six standard errors; that of the deviation from the kurtosis of a gamma, 3 + 6 / shape, at its largest.
        expect(Math.abs(seen - rttMs / 2)).toBeLessThan((6 * jitterMs) / Math.sqrt(SAMPLES));
        expect(Math.abs(deviation / jitterMs - 1)).toBeLessThan(6 * Math.sqrt(8 / (4 * SAMPLES)));
        expect(trips.every((trip) => trip >= 0.05 * rttMs)).toBe(true);
      },
    ),
    { numRuns: 25 },
  );
});

test('trips are gamma-distributed: at the most jitter that is exponential above the floor', () => {
  const [rttMs, floorMs, restMs] = [20, 1, 9];
  const sorted = draw(rttMs, 0.45 * rttMs, 'exponential').sort((a, b) => a - b);
  const distance = Math.max(
    ...sorted.map((trip, rank) => Math.abs((rank + 0.5) / SAMPLES - (1 - Math.exp(-(trip - floorMs) / restMs)))),
  );
  // The Kolmogorov–Smirnov bound at 0.1 %.
  expect(distance).toBeLessThan(1.95 / Math.sqrt(SAMPLES));
});

test('trips lean to the long side as a gamma does, by 2 / √shape', () => {
  const [rttMs, jitterMs] = [20, 4.5];
  const third = mean(draw(rttMs, jitterMs, 'skewness').map((trip) => ((trip - rttMs / 2) / jitterMs) ** 3));
  expect(third).toBeCloseTo(2 / Math.sqrt((9 / jitterMs) ** 2), 0.5);
});

test('the same seed gives the same trips', () => {
  expect(draw(50, 5, 'a').slice(0, 100)).toEqual(draw(50, 5, 'a').slice(0, 100));
  expect(draw(50, 5, 'a').slice(0, 100)).not.toEqual(draw(50, 5, 'b').slice(0, 100));
});
