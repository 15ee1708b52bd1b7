import { type Random } from '../../../base/index.js';
import { smoothNoise } from '../../market/index.js';

/** Currencies that have a volatility index, with the level around which it moves, in percent a year. */
const LEVELS: ReadonlyMap<string, number> = new Map([
  ['BTC', 45],
  ['ETH', 62],
]);
const OCTAVES: readonly { readonly periodMs: number; readonly amplitude: number }[] = [
  { periodMs: 40_000, amplitude: 0.002 },
  { periodMs: 900_000, amplitude: 0.008 },
  { periodMs: 21_600_000, amplitude: 0.04 },
  { periodMs: 604_800_000, amplitude: 0.15 },
];
const SAMPLES = 8;

/** Expected volatility as the venue's DVOL index shows it: smooth, seeded, a function of market time alone. */
export class VolatilityIndex {
  readonly #keys: ReadonlyMap<string, number>;

  constructor(random: Random) {
    this.#keys = new Map([...LEVELS.keys()].map((name) => [name, random.fork(name).integer(2 ** 32)]));
  }

  has(currency: string): boolean {
    return this.#keys.has(currency);
  }

  at(currency: string, marketMs: number): number {
    const key = this.#keys.get(currency) ?? 0;
    let log = 0;
    for (const [octave, { periodMs, amplitude }] of OCTAVES.entries())
      log += amplitude * smoothNoise(key + octave, marketMs / periodMs);
    return (LEVELS.get(currency) ?? 0) * Math.exp(log);
  }

  /** Open, high, low and close between two moments, extremes from samples. */
  bar(currency: string, fromMs: number, toMs: number): readonly [number, number, number, number] {
    const values = Array.from({ length: SAMPLES + 1 }, (_, i) =>
      this.at(currency, fromMs + ((toMs - fromMs) * i) / SAMPLES),
    );
    return [values[0] ?? 0, Math.max(...values), Math.min(...values), values[SAMPLES] ?? 0];
  }
}
