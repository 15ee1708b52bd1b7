import { AbortWatch } from './abort-watch.js';
import type { AcquireOutcome, ConnectionAccounts } from './accounts.js';
import type { AbortSource, PoolEndpoint } from './contracts.js';
import { Deadlines } from './deadlines.js';
import { PoolError } from './errors.js';
import type { PoolSettings } from './settings.js';
import { publishFailed } from './traffic.js';
import type { Trouble } from './trouble.js';
import { Waiter, type WaiterQueue } from './waiter-queue.js';

/** What the room asks of its pool, and tells it. */
export interface WaitingRoomHooks {
  /** The pool's state, for the message of a time-out. */
  describe(): string;
  /** What is wrong with the endpoints, seen by somebody who has waited since `sinceMs`. */
  trouble(sinceMs: number): Trouble;
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
  readonly #aborts: AbortWatch<Waiter<T>>;

  constructor(settings: PoolSettings<T>, queue: WaiterQueue<T>, accounts: ConnectionAccounts, hooks: WaitingRoomHooks) {
    this.#settings = settings;
    this.#queue = queue;
    this.#accounts = accounts;
    this.#hooks = hooks;
    this.#deadlines = new Deadlines(settings.clock, (waiter) => this.#outOfTime(waiter));
    this.#aborts = new AbortWatch((waiters, signal) => {
      for (const waiter of waiters) if (waiter.queued) this.turnAway(waiter, 'aborted', this.abortError(signal));
      this.#hooks.left();
    });
  }

  /** A place at the end of the queue. */
  enter(sinceMs: number, timeoutMs: number, avoid: readonly PoolEndpoint[]): Waiter<T> {
    const waiter = new Waiter<T>(sinceMs, timeoutMs, avoid);
    this.#accounts.waitBegan(sinceMs);
    this.#queue.push(waiter);
    return waiter;
  }

  /** From now on the waiter leaves at its deadline, or when `signal` aborts; now, if others take all the places. */
  stay(waiter: Waiter<T>, signal: AbortSource | undefined, coming: number): void {
    // It may have been aborted since it came in: by the connector, or by a listener.
    if (signal?.aborted) this.turnAway(waiter, 'aborted', this.abortError(signal));
    else if (this.#queue.size > this.#settings.maxPending + coming) this.turnAway(waiter, 'queueFull', this.#full());
    else if (waiter.deadlineMs <= waiter.sinceMs) this.#outOfTime(waiter);
    else {
      this.#deadlines.add(waiter);
      if (!signal) return;
      waiter.signal = signal;
      this.#aborts.add(signal, waiter);
    }
  }

  leave(waiter: Waiter<T>, nowMs: number): void {
    this.#queue.remove(waiter);
    this.#deadlines.remove(waiter);
    this.#accounts.waitEnded(nowMs);
    if (waiter.signal) this.#aborts.remove(waiter.signal, waiter);
  }

  turnAway(waiter: Waiter<T>, outcome: AcquireOutcome, error: PoolError): void {
    const now = this.#settings.clock.now();
    this.leave(waiter, now);
    const latencyMs = now - waiter.sinceMs;
    this.#accounts.acquireSettled(outcome, latencyMs);
    publishFailed(this.#settings.name, outcome, latencyMs, error);
    waiter.reject(error);
  }

  /** Turns everybody away, and sets no timer any more. */
  close(error: PoolError): void {
    for (const waiter of this.#queue) this.turnAway(waiter, 'closed', error);
    this.#deadlines.clear();
  }

  abortError(signal: AbortSource): PoolError {
    const text = `pool "${this.#settings.name}": the acquire was aborted`;
    return new PoolError('E_POOL_ABORTED', text, { cause: signal.reason });
  }

  #full(): PoolError {
    const { name, maxPending } = this.#settings;
    const { text } = this.#hooks.trouble(this.#settings.clock.now());
    const others = this.#queue.size - 1;
    const why =
      maxPending === 0
        ? 'nothing is free, and with maxPending 0 nobody waits'
        : `${others} wait, maxPending ${maxPending}`;
    const help = 'raise max or maxPending, or send less';
    return new PoolError('E_POOL_QUEUE_FULL', `pool "${name}": ${why} (${this.#hooks.describe()}${text}); ${help}`);
  }

  #outOfTime(waiter: Waiter<T>): void {
    const { text, dialError: cause } = this.#hooks.trouble(waiter.sinceMs);
    const start = `pool "${this.#settings.name}": no connection within ${Math.round(waiter.deadlineMs - waiter.sinceMs)} ms`;
    const message = `${start} (${this.#hooks.describe()}${text})`;
    if (cause) this.turnAway(waiter, 'dialError', new PoolError('E_POOL_DIAL', message, { cause }));
    else this.turnAway(waiter, 'timeout', new PoolError('E_POOL_TIMEOUT', message));
    this.#hooks.left();
  }
}
