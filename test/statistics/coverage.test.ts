import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/index.js';
import { signedRankInterval } from '../../src/statistics/index.js';
import { NOISE, sampleOf } from './noise.js';

const REPETITIONS = 2000;

describe('the signed-rank interval, simulated', () => {
  for (const noise of Object.keys(NOISE)) {
    for (const n of [6, 12]) {
      it(`covers the truth at its attained level under ${noise} noise with ${n} pairs`, () => {
        const random = seededRandom(`coverage/${noise}/${n}`);
        let covered = 0;
        let attained = 0;
        for (let i = 0; i < REPETITIONS; i += 1) {
          const interval = signedRankInterval(sampleOf(noise, n, random));
          if (interval.low <= 0 && 0 <= interval.high) covered += 1;
          attained += interval.attained;
        }
        expect(attained / REPETITIONS).toBeCloseTo(n === 6 ? 0.96875 : 0.9575, 3);
        expect(Math.abs(covered - attained) / REPETITIONS).toBeLessThan(0.015);
      });
    }
  }
});
