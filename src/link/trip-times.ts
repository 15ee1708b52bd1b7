import type { Random } from '../base/index.js';
import type { LinkSettings } from './settings.js';

/** The part of the mean that every trip takes: the way itself, on which no queue is. */
const FLOOR_SHARE = 0.1;

/** Gives the time of the next one-way trip, in ms. */
export type TripTimes = () => number;

/**
 * Times of one-way trips with mean h = R / 2 and standard deviation σ, each drawn by itself: 0.1 h plus a gamma
 * variable of mean m = 0.9 h, that is of shape (m / σ)² and scale σ² / m. Without jitter every trip takes h.
 *
 * A constant plus a gamma is how one-way delays were found to be distributed (A. Mukherjee, Internetworking: Research
 * and Experience 5, 1994): never below the floor, and with a longer tail above the mean than below.
 */
export function tripTimes({ rttMs, jitterMs = 0 }: LinkSettings, random: Random): TripTimes {
  const meanMs = rttMs / 2;
  if (jitterMs === 0) return () => meanMs;
  const floorMs = FLOOR_SHARE * meanMs;
  const shape = ((meanMs - floorMs) / jitterMs) ** 2;
  const scaleMs = jitterMs ** 2 / (meanMs - floorMs);
  return () => floorMs + scaleMs * gamma(shape, random);
}

/** A gamma variable of scale 1 and shape ≥ 1. Source: Marsaglia and Tsang, ACM TOMS 26/3 (2000), section 2. */
function gamma(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A standard normal variable, by the transform of Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
