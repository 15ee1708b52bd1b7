/** Numbers the connections of each remote. The remotes seen longest ago are forgotten beyond the bound. */
export class Ordinals {
  readonly #bound: number;
  /** The next ordinal of each remote, the one seen longest ago first. */
  readonly #next = new Map<string, number>();
  /** Above every ordinal of a remote that was forgotten, so that none is given out twice. */
  #floor = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  get size(): number {
    return this.#next.size;
  }

  of(remote: string): number {
    const ordinal = this.#next.get(remote) ?? this.#floor;
    this.#next.delete(remote);
    this.#next.set(remote, ordinal + 1);
    if (this.#next.size > this.#bound) this.#forgetOldest();
    return ordinal;
  }

  // Many at once: a map finds its first entry only by passing over all that were deleted before it.
  #forgetOldest(): void {
    let left = Math.ceil(this.#bound / 8);
    for (const [remote, next] of this.#next) {
      this.#next.delete(remote);
      this.#floor = Math.max(this.#floor, next);
      left -= 1;
      if (left === 0) return;
    }
  }
}
