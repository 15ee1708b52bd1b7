// Sets of whole numbers as ascending, disjoint, inclusive ranges.

/** Any ranges, in any order and overlapping, as a set. */
export function setOf(ranges) {
  const merged = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const tail = merged.at(-1);
    if (tail && first <= tail[1] + 1) tail[1] = Math.max(tail[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

export function sizeOf(set) {
  return set.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

export function intersection(a, b) {
  const common = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const first = Math.max(a[i][0], b[j][0]);
    const last = Math.min(a[i][1], b[j][1]);
    if (first <= last) common.push([first, last]);
    if (a[i][1] < b[j][1]) i += 1;
    else j += 1;
  }
  return common;
}

/** What is in `a` and not in `b`. */
export function difference(a, b) {
  const left = [];
  let j = 0;
  for (const [first, last] of a) {
    let from = first;
    while (j < b.length && b[j][1] < from) j += 1;
    for (let k = j; k < b.length && b[k][0] <= last; k += 1) {
      if (b[k][0] > from) left.push([from, b[k][0] - 1]);
      from = Math.max(from, b[k][1] + 1);
    }
    if (from <= last) left.push([from, last]);
  }
  return left;
}
