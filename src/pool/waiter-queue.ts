import type { AbortSource, Lease, PoolEndpoint } from './contracts.js';

/** An acquire that waits. */
export class Waiter<T> {
  readonly promise: Promise<Lease<T>>;
  readonly resolve: (lease: Lease<T>) => void;
  readonly reject: (error: Error) => void;
  readonly sinceMs: number;
  readonly deadlineMs: number;
  readonly avoid: readonly PoolEndpoint[];
  /** A connection is being checked on this waiter's behalf. */
  checking = false;
  queued = false;
  /** Place among the deadlines. */
  place = -1;
  sooner: Waiter<T> | undefined;
  later: Waiter<T> | undefined;
  /** What the caller may abort it with. */
  signal: AbortSource | undefined;
  before: Waiter<T> | undefined;
  after: Waiter<T> | undefined;

  constructor(sinceMs: number, timeoutMs: number, avoid: readonly PoolEndpoint[]) {
    this.promise = new Promise(capture);
    this.resolve = settlers.resolve;
    this.reject = settlers.reject;
    // What the promise comes to must not live on through them: a lease holds its whole pool.
    settlers.resolve = noSettler;
    settlers.reject = noSettler;
    this.sinceMs = sinceMs;
    this.deadlineMs = sinceMs + timeoutMs;
    this.avoid = avoid;
  }
}

// Promise calls its executor at once, so one function can serve them all and no waiter needs a closure of its own.
const noSettler = (): void => {};
const settlers: { resolve: (value: unknown) => void; reject: (error: Error) => void } = {
  resolve: noSettler,
  reject: noSettler,
};

function capture(resolve: (value: never) => void, reject: (error: Error) => void): void {
  settlers.resolve = resolve as (value: unknown) => void;
  settlers.reject = reject;
}

/** First in, first out; anyone can leave at constant cost. Iteration allows the current waiter to leave. */
export class WaiterQueue<T> {
  first: Waiter<T> | undefined;
  last: Waiter<T> | undefined;
  size = 0;

  push(waiter: Waiter<T>): void {
    waiter.before = this.last;
    if (this.last) this.last.after = waiter;
    else this.first = waiter;
    this.last = waiter;
    waiter.queued = true;
    this.size += 1;
  }

  remove(waiter: Waiter<T>): void {
    if (!waiter.queued) return;
    if (waiter.before) waiter.before.after = waiter.after;
    else this.first = waiter.after;
    if (waiter.after) waiter.after.before = waiter.before;
    else this.last = waiter.before;
    waiter.before = undefined;
    waiter.after = undefined;
    waiter.queued = false;
    this.size -= 1;
  }

  *[Symbol.iterator](): Generator<Waiter<T>> {
    for (let waiter = this.first; waiter;) {
      const next: Waiter<T> | undefined = waiter.after;
      yield waiter;
      waiter = next;
    }
  }
}
