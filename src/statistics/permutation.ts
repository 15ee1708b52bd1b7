import type { Random } from '../base/index.js';
import { roundingError } from './rounding.js';

export interface PermutationTest {
  /** P(mean(a) − mean(b) at least as large as seen) when the labels mean nothing. */
  readonly pGreater: number;
  readonly pLess: number;
  readonly pTwoSided: number;
  /** Arrangements looked at, the one seen included. */
  readonly arrangements: number;
  /** All arrangements were looked at; false for a Monte-Carlo estimate. */
  readonly exact: boolean;
}

const EXACT_LIMIT = 50_000;
const MONTE_CARLO_DRAWS = 9_999;

/**
 * Two-sample permutation test of the difference of means: all ways to deal the values out to samples of these sizes, or
 * 9,999 random ones where there are more than 50,000 (the arrangement seen counts as one, so p is never 0).
 * Sources: Pitman, JRSS Supplement 4 (1937); Phipson & Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010).
 * @throws RangeError when a sample is empty.
 */
export function permutationTest(a: readonly number[], b: readonly number[], random: Random): PermutationTest {
  if (a.length === 0 || b.length === 0) throw new RangeError('Both samples need at least one value.');
  const pool = [...a, ...b];
  const seen = sum(a);
  const centre = (sum(pool) * a.length) / pool.length;
  const tolerance = roundingError(...pool) * pool.length;
  const counts = { all: 0, greater: 0, less: 0, twoSided: 0 };
  const visit = (total: number): void => {
    counts.all += 1;
    if (total >= seen - tolerance) counts.greater += 1;
    if (total <= seen + tolerance) counts.less += 1;
    if (Math.abs(total - centre) >= Math.abs(seen - centre) - tolerance) counts.twoSided += 1;
  };
  const exact = choices(pool.length, a.length) <= EXACT_LIMIT;
  if (exact) forEachSum(pool, a.length, visit);
  else {
    visit(seen);
    for (let draw = 0; draw < MONTE_CARLO_DRAWS; draw += 1) visit(randomSum(pool, a.length, random));
  }
  return {
    pGreater: counts.greater / counts.all,
    pLess: counts.less / counts.all,
    pTwoSided: counts.twoSided / counts.all,
    arrangements: counts.all,
    exact,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function choices(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i += 1) product = (product * (n - k + i)) / i;
  return product;
}

function forEachSum(pool: readonly number[], size: number, visit: (total: number) => void): void {
  const choose = (from: number, left: number, total: number): void => {
    if (left === 0) {
      visit(total);
      return;
    }
    for (let i = from; i <= pool.length - left; i += 1) choose(i + 1, left - 1, total + (pool[i] ?? 0));
  };
  choose(0, size, 0);
}

// The first `size` steps of a Fisher–Yates shuffle deal out a random sample.
function randomSum(pool: number[], size: number, random: Random): number {
  let total = 0;
  for (let i = 0; i < size; i += 1) {
    const j = i + random.integer(pool.length - i);
    const drawn = pool[j] ?? 0;
    pool[j] = pool[i] ?? 0;
    pool[i] = drawn;
    total += drawn;
  }
  return total;
}
