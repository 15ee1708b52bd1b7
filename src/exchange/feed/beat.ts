/** Beats of a fixed period, each symbol at a phase of its own, so that not all streams fall due together. */
export class Beat {
  readonly #periodMs: number;
  readonly #phaseMs: number;
  #dueMs: number;

  constructor(periodMs: number, rank: number, marketMs: number) {
    this.#periodMs = periodMs;
    // The golden ratio spreads any number of ranks evenly.
    this.#phaseMs = ((rank * 0.6180339887) % 1) * periodMs;
    this.#dueMs = this.#after(marketMs);
  }

  /** True once a period; a beat that came late does not delay the next, and missed ones are not made up for. */
  due(marketMs: number): boolean {
    if (marketMs < this.#dueMs) return false;
    this.#dueMs = this.#after(marketMs);
    return true;
  }

  #after(marketMs: number): number {
    return (Math.floor((marketMs - this.#phaseMs) / this.#periodMs) + 1) * this.#periodMs + this.#phaseMs;
  }
}
