import type { TimerHandle } from '../base/index.js';
import type { Lease, PoolEndpoint } from './contracts.js';

/** An acquire that waits. */
export class Waiter<T> {
  readonly sinceMs: number;
  readonly avoid: readonly PoolEndpoint[];
  readonly resolve: (lease: Lease<T>) => void;
  readonly reject: (error: Error) => void;
  /** A connection is being checked on this waiter's behalf. */
  checking = false;
  timer: TimerHandle;
  /** Stops listening to the caller's signal. */
  unlisten: () => void = () => {};
  queued = false;
  before: Waiter<T> | undefined;
  after: Waiter<T> | undefined;

  constructor(
    sinceMs: number,
    avoid: readonly PoolEndpoint[],
    resolve: (lease: Lease<T>) => void,
    reject: (error: Error) => void,
  ) {
    this.sinceMs = sinceMs;
    this.avoid = avoid;
    this.resolve = resolve;
    this.reject = reject;
  }
}

/** First in, first out; anyone can leave at constant cost. Iteration allows the current waiter to leave. */
export class WaiterQueue<T> {
  #first: Waiter<T> | undefined;
  #last: Waiter<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Waiter<T> | undefined {
    return this.#first;
  }

  push(waiter: Waiter<T>): void {
    waiter.before = this.#last;
    if (this.#last) this.#last.after = waiter;
    else this.#first = waiter;
    this.#last = waiter;
    waiter.queued = true;
    this.#size += 1;
  }

  remove(waiter: Waiter<T>): void {
    if (!waiter.queued) return;
    if (waiter.before) waiter.before.after = waiter.after;
    else this.#first = waiter.after;
    if (waiter.after) waiter.after.before = waiter.before;
    else this.#last = waiter.before;
    waiter.before = undefined;
    waiter.after = undefined;
    waiter.queued = false;
    this.#size -= 1;
  }

  *[Symbol.iterator](): Generator<Waiter<T>> {
    for (let waiter = this.#first; waiter;) {
      const next: Waiter<T> | undefined = waiter.after;
      yield waiter;
      waiter = next;
    }
  }
}
