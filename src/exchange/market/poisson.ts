const TAIL = 1e-12;
/** A power of two, so that multiplying by it does not round. */
const STARTS = 1024;

/** Quantile function of the Poisson distribution with this mean (below about 700), tabulated once. */
export function poissonQuantiles(mean: number): (u: number) => number {
  const cumulative: number[] = [];
  let probability = Math.exp(-mean);
  for (let k = 0, sum = 0; sum < 1 - TAIL && k < mean * 10 + 50; k += 1, probability *= mean / k) {
    sum += probability;
    cumulative.push(sum);
  }
  // Where the search for a quantile starts, so that most need one step or two.
  const starts = Uint16Array.from({ length: STARTS }, (_, i) => firstAbove(cumulative, i / STARTS));
  const last = cumulative.length - 1;
  return (u) => {
    let k = starts[Math.floor(u * STARTS)] ?? 0;
    while (k < last && (cumulative[k] ?? 1) <= u) k += 1;
    return k;
  };
}

function firstAbove(cumulative: readonly number[], u: number): number {
  const found = cumulative.findIndex((sum) => sum > u);
  return found < 0 ? cumulative.length - 1 : found;
}
