const TAIL = 1e-12;

/** Quantile function of the Poisson distribution with this mean (below about 700), tabulated once. */
export function poissonQuantiles(mean: number): (u: number) => number {
  const cumulative: number[] = [];
  let probability = Math.exp(-mean);
  for (let k = 0, sum = 0; sum < 1 - TAIL && k < mean * 10 + 50; k += 1, probability *= mean / k) {
    sum += probability;
    cumulative.push(sum);
  }
  return (u) => {
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 1) > u) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
