// What times over a link ought to be, worked out without the code that emulates it.
import { seededRandom } from '../../../dist/base/index.js';

const DRAWS = 40_000;
const FLOOR_SHARE = 0.1;

/**
 * Times in ms, sorted, of something that makes one-way trips over `link` and sends `bytes` bytes in all, when it takes
 * one of `serviceMs` without the link: service + trips + bytes / width. `flights` says how many segments each trip
 * waits for. A segment takes 0.1 h plus a gamma variable of mean 0.9 h and deviation σ, h = R / 2; where its shape
 * (0.9 h / σ)² is a whole number k, that is a sum of k exponential variables.
 */
export function idealTimes({ rttMs, jitterMs = 0, bitsPerSecond = Infinity }, { flights, bytes, serviceMs, seed }) {
  const random = seededRandom(seed);
  const halfMs = rttMs / 2;
  const restMs = (1 - FLOOR_SHARE) * halfMs;
  const shape = jitterMs === 0 ? 0 : (restMs / jitterMs) ** 2;
  if (!Number.isInteger(shape)) throw new RangeError(`a shape of ${shape} is not a whole number`);
  const segmentMs = () => {
    let sum = FLOOR_SHARE * halfMs;
    for (let i = 0; i < shape; i += 1) sum += random.exponential(restMs / shape);
    return sum;
  };
  const flightMs = (segments) => (shape === 0 ? halfMs : Math.max(...Array.from({ length: segments }, segmentMs)));
  const lineMs = (bytes * 8e3) / bitsPerSecond;
  const draw = () =>
    flights.reduce((sum, segments) => sum + flightMs(segments), serviceMs[random.integer(serviceMs.length)] + lineMs);
  return Array.from({ length: DRAWS }, draw).sort((a, b) => a - b);
}

/** The value at share `p` of sorted values. */
export function quantile(sorted, p) {
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
}

/** The Kolmogorov–Smirnov distance of two sorted samples: the largest difference of their distribution functions. */
export function distance(a, b) {
  let [i, j, most] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (a[i] <= value) i += 1;
    while (b[j] <= value) j += 1;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return most;
}
