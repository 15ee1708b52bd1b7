/** Work that falls due at a time. Equal times keep the order in which they were added. */
export interface DueItem {
  readonly dueMs: number;
  /** Gets how late it runs; negative when it runs early. */
  readonly run: (lateMs: number) => void;
}

interface Entry extends DueItem {
  readonly order: number;
}

/** A binary min-heap by due time, then by order of insertion. */
export class DueHeap {
  readonly #entries: Entry[] = [];
  #added = 0;

  get size(): number {
    return this.#entries.length;
  }

  peek(): DueItem | undefined {
    return this.#entries[0];
  }

  push(dueMs: number, run: DueItem['run']): void {
    const entries = this.#entries;
    const entry: Entry = { dueMs, run, order: this.#added++ };
    let hole = entries.length;
    while (hole > 0) {
      const up = (hole - 1) >> 1;
      const parent = entries[up];
      if (parent === undefined || before(parent, entry)) break;
      entries[hole] = parent;
      hole = up;
    }
    entries[hole] = entry;
  }

  pop(): DueItem | undefined {
    const first = this.#entries[0];
    const last = this.#entries.pop();
    if (first !== undefined && last !== undefined && first !== last) this.#sink(last);
    return first;
  }

  #sink(entry: Entry): void {
    const entries = this.#entries;
    let hole = 0;
    for (;;) {
      const left = entries[2 * hole + 1];
      const right = entries[2 * hole + 2];
      if (left === undefined) break;
      const child = right !== undefined && before(right, left) ? right : left;
      if (before(entry, child)) break;
      entries[hole] = child;
      hole = child === left ? 2 * hole + 1 : 2 * hole + 2;
    }
    entries[hole] = entry;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
