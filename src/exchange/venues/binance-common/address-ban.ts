import type { CommonRules } from './rules.js';

/** Whether an address is banned; every ban is twice as long as the one before, up to the longest. */
export class AddressBan {
  readonly #longestMs: number;
  #nextMs: number;
  #untilMs = Number.NEGATIVE_INFINITY;

  constructor({ banMs, longestBanMs }: Pick<CommonRules, 'banMs' | 'longestBanMs'>) {
    this.#nextMs = banMs;
    this.#longestMs = longestBanMs;
  }

  /** Calendar time at which the ban that holds at `wallMs` ends; undefined when there is none. */
  endOf(wallMs: number): number | undefined {
    return wallMs < this.#untilMs ? this.#untilMs : undefined;
  }

  /** Bans the address from now on and returns when that ends. */
  impose(wallMs: number): number {
    this.#untilMs = wallMs + this.#nextMs;
    this.#nextMs = Math.min(2 * this.#nextMs, this.#longestMs);
    return this.#untilMs;
  }
}
