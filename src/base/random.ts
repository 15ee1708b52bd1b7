/** A seeded source of randomness. The same seed gives the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Exponentially distributed with the given mean (inverse transform sampling). */
  exponential(mean: number): number;
  /** An independent stream named by `label`; does not advance this one. */
  fork(label: string): Random;
}

/** Makes a generator (sfc32 by C. Doty-Humphrey, PractRand), its state filled from the seed by xmur3. */
export function seededRandom(seed: number | string): Random {
  const key = String(seed);
  const hash = hasher(key);
  const uint32 = sfc32(hash(), hash(), hash(), hash());
  const next = (): number => uint32() / 4294967296;
  return {
    next,
    integer: (bound) => Math.floor(next() * bound),
    exponential: (mean) => -Math.log(1 - next()) * mean,
    fork: (label) => seededRandom(`${key}/${label}`),
  };
}

function hasher(text: string): () => number {
  let h = 1779033703 ^ text.length;
  for (let i = 0; i < text.length; i += 1) {
    h = Math.imul(h ^ text.charCodeAt(i), 3432918353);
    h = (h << 13) | (h >>> 19);
  }
  return () => {
    h = Math.imul(h ^ (h >>> 16), 2246822507);
    h = Math.imul(h ^ (h >>> 13), 3266489909);
    h ^= h >>> 16;
    return h >>> 0;
  };
}

function sfc32(a0: number, b0: number, c0: number, counter0: number): () => number {
  let [a, b, c, counter] = [a0, b0, c0, counter0];
  const step = (): number => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + result) | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 12; i += 1) step();
  return step;
}
