import type { Random } from '../../src/base/index.js';

/** P(W+ ≥ w) and P(W+ ≤ w) by trying all 2ⁿ sign patterns of the ranks: a slow witness that shares no code. */
export function bruteForceTails(ranks: readonly number[], statistic: number): { atLeast: number; atMost: number } {
  let [atLeast, atMost] = [0, 0];
  for (let pattern = 0; pattern < 2 ** ranks.length; pattern += 1) {
    const sum = ranks.reduce((total, rank, i) => total + ((pattern >> i) & 1 ? rank : 0), 0);
    if (sum >= statistic) atLeast += 1;
    if (sum <= statistic) atMost += 1;
  }
  return { atLeast: atLeast / 2 ** ranks.length, atMost: atMost / 2 ** ranks.length };
}

/** Mid-ranks of the distances by counting, zeros ranked and then dropped (Pratt). */
export function bruteForceRanks(differences: readonly number[]): { ranks: number[]; statistic: number } {
  const distances = differences.map((value) => Math.abs(value));
  const rankOf = (distance: number): number => {
    const below = distances.filter((other) => other < distance).length;
    const equal = distances.filter((other) => other === distance).length;
    return below + (equal + 1) / 2;
  };
  const signed = differences.filter((value) => value !== 0);
  const positive = signed.filter((value) => value > 0).map((value) => rankOf(value));
  return {
    ranks: signed.map((value) => rankOf(Math.abs(value))),
    statistic: positive.reduce((sum, rank) => sum + rank, 0),
  };
}

/** Standard normal (Box–Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Student's t with 2 degrees of freedom: heavy tails without a variance. */
export function heavyTailed(random: Random): number {
  return normal(random) / Math.sqrt(random.exponential(1));
}
