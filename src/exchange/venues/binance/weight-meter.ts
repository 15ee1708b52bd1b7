const MINUTE_MS = 60_000;

/** Request weight used by each address in the calendar minute that is running. Counted and reported, not enforced. */
export class WeightMeter {
  readonly #used = new Map<string, number>();
  #minute = 0;

  /** Adds `weight` and returns the minute's total for this address. */
  add(address: string, weight: number, wallMs: number): number {
    const minute = Math.floor(wallMs / MINUTE_MS);
    if (minute !== this.#minute) this.#used.clear();
    this.#minute = minute;
    const used = (this.#used.get(address) ?? 0) + weight;
    this.#used.set(address, used);
    return used;
  }
}
