import type { AcquireOutcome, ConnectionAccounts } from './accounts.js';
import type { PoolEndpoint } from './contracts.js';
import { Deadlines } from './deadlines.js';
import { PoolError } from './errors.js';
import type { PoolSettings } from './settings.js';
import { Waiter, type WaiterQueue } from './waiter-queue.js';

/** What the room asks of its pool, and tells it. */
export interface WaitingRoomHooks {
  /** The pool's state, for the message of a time-out. */
  describe(): string;
  /** The last dial that failed at or after this time, if none has succeeded since. */
  dialFailedSince(ms: number): Error | undefined;
  /** Somebody left without a connection. */
  left(): void;
}

/** Those who wait for a connection: how they come in, how long they stay, and how they leave without one. */
export class WaitingRoom<T> {
  readonly #settings: PoolSettings<T>;
  readonly #queue: WaiterQueue<T>;
  readonly #accounts: ConnectionAccounts;
  readonly #hooks: WaitingRoomHooks;
  readonly #deadlines: Deadlines<Waiter<T>>;

  constructor(settings: PoolSettings<T>, queue: WaiterQueue<T>, accounts: ConnectionAccounts, hooks: WaitingRoomHooks) {
    this.#settings = settings;
    this.#queue = queue;
    this.#accounts = accounts;
    this.#hooks = hooks;
    this.#deadlines = new Deadlines(settings.clock, (waiter) => this.#outOfTime(waiter));
  }

  /** A place at the end of the queue. */
  enter(sinceMs: number, timeoutMs: number, avoid: readonly PoolEndpoint[]): Waiter<T> {
    const waiter = new Waiter<T>(sinceMs, timeoutMs, avoid);
    this.#accounts.waitBegan(sinceMs);
    this.#queue.push(waiter);
    return waiter;
  }

  /** From now on the waiter leaves at its deadline, or when `signal` aborts; unless `places` are taken without it. */
  stay(waiter: Waiter<T>, signal: AbortSignal | undefined, places: number): void {
    if (this.#queue.size > places) {
      const text = `pool "${this.#settings.name}": ${this.#queue.size - 1} acquires wait already`;
      this.turnAway(waiter, 'queueFull', new PoolError('E_POOL_QUEUE_FULL', text));
      return;
    }
    this.#deadlines.add(waiter);
    if (signal === undefined) return;
    const onAbort = (): void => {
      this.turnAway(waiter, 'aborted', this.abortError(signal));
      this.#hooks.left();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    waiter.unlisten = () => signal.removeEventListener('abort', onAbort);
  }

  leave(waiter: Waiter<T>, nowMs: number): void {
    this.#queue.remove(waiter);
    this.#deadlines.remove(waiter);
    this.#accounts.waitEnded(nowMs);
    waiter.unlisten?.();
  }

  turnAway(waiter: Waiter<T>, outcome: AcquireOutcome, error: PoolError): void {
    const now = this.#settings.clock.now();
    this.leave(waiter, now);
    this.#accounts.acquireSettled(outcome, now - waiter.sinceMs);
    waiter.reject(error);
  }

  /** Turns everybody away, and sets no timer any more. */
  close(error: PoolError): void {
    for (const waiter of this.#queue) this.turnAway(waiter, 'closed', error);
    this.#deadlines.clear();
  }

  abortError(signal: AbortSignal): PoolError {
    const text = `pool "${this.#settings.name}": the acquire was aborted`;
    return new PoolError('E_POOL_ABORTED', text, { cause: signal.reason });
  }

  #outOfTime(waiter: Waiter<T>): void {
    const start = `pool "${this.#settings.name}": no connection within ${waiter.timeoutMs} ms`;
    const cause = this.#hooks.dialFailedSince(waiter.sinceMs);
    if (cause) {
      const text = `${start}, dials fail: ${cause.message}`;
      this.turnAway(waiter, 'dialError', new PoolError('E_POOL_DIAL', text, { cause }));
    } else this.turnAway(waiter, 'timeout', new PoolError('E_POOL_TIMEOUT', `${start} (${this.#hooks.describe()})`));
    this.#hooks.left();
  }
}
