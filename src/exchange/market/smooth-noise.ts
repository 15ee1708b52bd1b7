import { uniform } from './hash.js';

/** Value noise: a smooth function of `position` that passes through a random value in [-1, 1) at every integer. */
export function smoothNoise(key: number, position: number): number {
  const node = Math.floor(position);
  const x = position - node;
  const left = uniform(key, node);
  const blend = x * x * (3 - 2 * x);
  return 2 * (left + (uniform(key, node + 1) - left) * blend) - 1;
}
