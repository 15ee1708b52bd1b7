import { hash32, uniform } from './hash.js';

const SHORTEST_PERIOD_MS = 250;
const OCTAVES = 10;
const VOLATILITY_PER_SQRT_SECOND = 5e-5;

/**
 * Value noise of one period, as `smoothNoise` draws it. It remembers the two nodes that it last read between: moments
 * are mostly asked about in runs, and the long periods then need no hash at all.
 */
class Octave {
  readonly #key: number;
  readonly #periodMs: number;
  readonly #amplitude: number;
  #node = Number.NaN;
  #left = 0;
  #rise = 0;

  constructor(key: number, periodMs: number) {
    this.#key = key;
    this.#periodMs = periodMs;
    this.#amplitude = VOLATILITY_PER_SQRT_SECOND * Math.sqrt(periodMs / 1e3);
  }

  at(marketMs: number): number {
    const position = marketMs / this.#periodMs;
    const node = Math.floor(position);
    if (node !== this.#node) this.#moveTo(node);
    const x = position - node;
    const blend = x * x * (3 - 2 * x);
    return this.#amplitude * (2 * (this.#left + this.#rise * blend) - 1);
  }

  #moveTo(node: number): void {
    this.#node = node;
    this.#left = uniform(this.#key, node);
    this.#rise = uniform(this.#key, node + 1) - this.#left;
  }
}

/**
 * The price around which a symbol trades, as a function of market time that can be read anywhere in any order:
 * value noise summed over periods from a quarter of a second to 18 hours, each four times the last and weighted by
 * the root of its period, so that the price moves like a random walk of 1.5 % a day and stays within 4 %.
 */
export class PricePath {
  readonly #initialTicks: number;
  readonly #octaves: readonly Octave[];

  constructor(key: number, initialTicks: number) {
    this.#initialTicks = initialTicks;
    this.#octaves = Array.from(
      { length: OCTAVES },
      (_, octave) => new Octave(hash32(key, octave), SHORTEST_PERIOD_MS * 4 ** octave),
    );
  }

  /** Price in whole ticks. */
  ticksAt(marketMs: number): number {
    let logPrice = 0;
    for (const octave of this.#octaves) logPrice += octave.at(marketMs);
    return Math.round(this.#initialTicks * Math.exp(logPrice));
  }
}
