/** Something with a deadline. The other fields belong to the deadlines that it is among; -1 when it is among none. */
export interface Dated {
  readonly deadlineMs: number;
  place: number;
  sooner: Dated | undefined;
  later: Dated | undefined;
}

/** A binary heap by deadline that knows the index of each, so that anyone can leave at logarithmic cost. */
export class DeadlineHeap<D extends Dated> {
  readonly #heap: D[] = [];

  get first(): D | undefined {
    return this.#heap[0];
  }

  add(dated: D): void {
    this.#heap.push(dated);
    this.#rise(dated, this.#heap.length - 1);
  }

  remove(dated: D): void {
    const { place } = dated;
    dated.place = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === dated) return;
    const parent = this.#heap[(place - 1) >> 1];
    if (place > 0 && parent && last.deadlineMs < parent.deadlineMs) this.#rise(last, place);
    else this.#sink(last, place);
  }

  #rise(dated: D, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = this.#heap[(place - 1) >> 1];
      if (!parent || parent.deadlineMs <= dated.deadlineMs) break;
      const next = parent.place;
      this.#put(parent, place);
      place = next;
    }
    this.#put(dated, place);
  }

  #sink(dated: D, from: number): void {
    let place = from;
    for (;;) {
      let below = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      if (below && right && right.deadlineMs < below.deadlineMs) below = right;
      if (!below || below.deadlineMs >= dated.deadlineMs) break;
      const next = below.place;
      this.#put(below, place);
      place = next;
    }
    this.#put(dated, place);
  }

  #put(dated: D, place: number): void {
    this.#heap[place] = dated;
    dated.place = place;
  }
}
