import type { Random } from '../../src/base/index.js';
import { median } from '../../src/statistics/index.js';
import { heavyTailed, normal } from './witness.js';

/** One log-ratio of a launch pair without any change between the arms, by the kind of noise on the machine. */
export const NOISE: Readonly<Record<string, (random: Random, pair: number) => number>> = {
  normal: (random) => 0.02 * normal(random),
  'heavy-tailed': (random) => 0.02 * heavyTailed(random),
  // Either arm's time is skewed alike, so their difference is symmetric.
  'skewed, the same in both arms': (random) => 0.03 * (random.exponential(1) - random.exponential(1)),
  // 2 % a slice over the whole run: ABBA gives both arms the same mean time within a pair.
  drift: (random, pair) => {
    const at = (slice: number): number => 0.02 * (4 * pair + slice) + 0.01 * normal(random);
    return median([at(0) - at(1), at(3) - at(2)]);
  },
  // One slice in eight falls into a burst that costs up to half as much again.
  bursts: (random) => {
    const slice = (): number => 0.01 * normal(random) + (random.next() < 0.125 ? 0.4 * random.next() : 0);
    return median([slice() - slice(), slice() - slice()]);
  },
  // Memory layout and JIT luck: 1.5 % a process that no number of slices averages away.
  'launch bias': (random) => 0.015 * normal(random) - 0.015 * normal(random) + 0.005 * normal(random),
};

export function sampleOf(noise: string, size: number, random: Random): number[] {
  const draw = NOISE[noise];
  if (!draw) throw new Error(`there is no noise called ${noise}`);
  return Array.from({ length: size }, (_, pair) => draw(random, pair));
}
