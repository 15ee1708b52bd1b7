import type { Interval } from './invert-test.js';

/**
 * P(X ≥ k) of n trials that each succeed with probability p.
 * Adds the terms in the logarithm, so nothing underflows on the way.
 */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n || p <= 0) return 0;
  if (p >= 1) return 1;
  const odds = Math.log(p) - Math.log1p(-p);
  let logTerm = n * Math.log1p(-p);
  let sum = 0;
  for (let i = 1; i <= n; i += 1) {
    logTerm += Math.log((n - i + 1) / i) + odds;
    if (i >= k) sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}

/** Largest rate that `successes` of `trials` do not rule out, one-sided: 0 of 299 gives 0.00997 at 0.95. */
export function binomialUpperBound(successes: number, trials: number, confidence = 0.95): number {
  return 1 - binomialLowerBound(trials - successes, trials, confidence);
}

/** Smallest rate that `successes` of `trials` do not rule out, one-sided: 59 of 59 gives 0.9505 at 0.95. */
export function binomialLowerBound(successes: number, trials: number, confidence = 0.95): number {
  if (!Number.isInteger(successes) || !Number.isInteger(trials) || successes < 0 || successes > trials) {
    throw new RangeError(`${successes} successes of ${trials} trials cannot be.`);
  }
  if (successes === 0) return 0;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (binomialTail(successes, trials, middle) < 1 - confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The exact two-sided interval of a rate; its true confidence is at least the wanted one, which is what `attained` says.
 * Source: Clopper & Pearson, Biometrika 26 (1934).
 * @throws RangeError unless 0 ≤ successes ≤ trials, both whole.
 */
export function clopperPearson(successes: number, trials: number, confidence = 0.95): Interval {
  const oneSided = (1 + confidence) / 2;
  return {
    low: binomialLowerBound(successes, trials, oneSided),
    high: binomialUpperBound(successes, trials, oneSided),
    attained: confidence,
  };
}
