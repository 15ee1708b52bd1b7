import { hash32 } from './hash.js';
import { smoothNoise } from './smooth-noise.js';

const SHORTEST_PERIOD_MS = 250;
const OCTAVES = 10;
const VOLATILITY_PER_SQRT_SECOND = 5e-5;

/**
 * The price around which a symbol trades, as a function of market time that can be read anywhere in any order:
 * value noise summed over periods from a quarter of a second to 18 hours, each four times the last and weighted by
 * the root of its period, so that the price moves like a random walk of 1.5 % a day and stays within 4 %.
 */
export class PricePath {
  readonly #initialTicks: number;
  readonly #octaves: readonly { readonly periodMs: number; readonly amplitude: number; readonly key: number }[];

  constructor(key: number, initialTicks: number) {
    this.#initialTicks = initialTicks;
    this.#octaves = Array.from({ length: OCTAVES }, (_, octave) => {
      const periodMs = SHORTEST_PERIOD_MS * 4 ** octave;
      return {
        periodMs,
        amplitude: VOLATILITY_PER_SQRT_SECOND * Math.sqrt(periodMs / 1e3),
        key: hash32(key, octave),
      };
    });
  }

  /** Price in whole ticks. */
  ticksAt(marketMs: number): number {
    let logPrice = 0;
    for (const { periodMs, amplitude, key } of this.#octaves) {
      logPrice += amplitude * smoothNoise(key, marketMs / periodMs);
    }
    return Math.round(this.#initialTicks * Math.exp(logPrice));
  }
}
