/**
 * A uniform 32-bit hash of (key, value): the market's random access into time, since a seeded sequence can only be
 * read forwards. Mixing constants are those of lowbias32 (C. Wellons, public domain).
 */
export function hash32(key: number, value: number): number {
  let h = key ^ Math.imul(value | 0, 0x9e3779b1);
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  h ^= h >>> 16;
  return h >>> 0;
}

/** Uniform in [0, 1) from (key, value). */
export function uniform(key: number, value: number): number {
  return hash32(key, value) / 4294967296;
}
