/** Inclusive ranges of ids, sorted and disjoint. */
export type IdRanges = readonly (readonly [number, number])[];

/** The ids that are in both. */
export function common(a: IdRanges, b: IdRanges): IdRanges {
  const found: [number, number][] = [];
  for (let [i, j] = [0, 0]; ;) {
    const [one, other] = [a[i], b[j]];
    if (!one || !other) return found;
    const [first, last] = [Math.max(one[0], other[0]), Math.min(one[1], other[1])];
    if (first <= last) found.push([first, last]);
    if (one[1] < other[1]) i += 1;
    else j += 1;
  }
}

/** The ids of `a` that are not in `b`. */
export function without(a: IdRanges, b: IdRanges): IdRanges {
  return common(a, complement(b));
}

export function sizeOf(ranges: IdRanges): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

function complement(ranges: IdRanges): IdRanges {
  const ends = [Number.NEGATIVE_INFINITY, ...ranges.map(([, last]) => last + 1)];
  const begins = [...ranges.map(([first]) => first - 1), Number.POSITIVE_INFINITY];
  return ends.map((first, i) => [first, begins[i] ?? Number.POSITIVE_INFINITY] as const);
}
