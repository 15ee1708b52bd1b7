/** A sum that starts again at every multiple of its period in calendar time, as request weights do. */
export class CalendarWindow {
  readonly #periodMs: number;
  #window = Number.NEGATIVE_INFINITY;
  #used = 0;

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** Adds `weight` and returns the sum of the window that is running at `wallMs`. */
  add(weight: number, wallMs: number): number {
    const window = Math.floor(wallMs / this.#periodMs);
    if (window !== this.#window) this.#used = 0;
    this.#window = window;
    this.#used += weight;
    return this.#used;
  }

  /** Time until the sum starts again. */
  remainingMs(wallMs: number): number {
    return this.#periodMs - (wallMs % this.#periodMs);
  }
}
