import { PoolError } from './errors.js';

interface Fill {
  readonly target: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Warm starts under way: how many connections they want, and when they have been tried. */
export class Filling {
  #fills: Fill[] = [];

  /** The number of connections wanted now, 0 when no warm start is under way. */
  get target(): number {
    return this.#fills.reduce((most, { target }) => Math.max(most, target), 0);
  }

  to(target: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fills.push({ target, resolve, reject });
    });
  }

  /** Ends those that have what they want, and all of them when nothing more is being dialled. */
  settle(open: number, dialing: number, lastError: Error | undefined): void {
    if (this.#fills.length === 0) return;
    const ended = this.#fills.filter(({ target }) => open >= target || dialing === 0);
    this.#fills = this.#fills.filter((fill) => !ended.includes(fill));
    for (const { target, resolve, reject } of ended) {
      if (open > 0 || target === 0) resolve();
      else reject(new PoolError('E_POOL_DIAL', 'warm start: no connection could be opened', { cause: lastError }));
    }
  }

  stop(error: Error): void {
    for (const { reject } of this.#fills) reject(error);
    this.#fills = [];
  }
}
