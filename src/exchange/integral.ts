/** ∫ level dt of an integer level that changes at known times; exact, since it is summed at each change. */
export class Integral {
  #level = 0;
  #sum = 0;
  #sinceMs: number;

  constructor(startMs: number) {
    this.#sinceMs = startMs;
  }

  get level(): number {
    return this.#level;
  }

  add(change: number, nowMs: number): void {
    this.#sum = this.value(nowMs);
    this.#sinceMs = nowMs;
    this.#level += change;
  }

  /** The integral from the start until `nowMs`. */
  value(nowMs: number): number {
    return this.#sum + this.#level * (nowMs - this.#sinceMs);
  }
}
