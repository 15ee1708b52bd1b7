import { type AcquireOutcome, ConnectionAccounts } from './accounts.js';
import { Alarm } from './alarm.js';
import type { AcquireOptions, ConnectionPoolOptions, Lease, PoolEvent, PoolStats } from './contracts.js';
import { DialPolicy } from './dial-policy.js';
import { Dispatcher } from './dispatcher.js';
import { Effects } from './effects.js';
import { PoolError } from './errors.js';
import { Filling } from './filling.js';
import { PoolLease, type ReleaseOutcome } from './lease.js';
import type { Member } from './member.js';
import { type PoolSettings, resolveSettings } from './settings.js';
import { Supply } from './supply.js';
import { sweep } from './sweep.js';
import { Waiter } from './waiter-queue.js';

/**
 * A pool of connections of any kind to one or more endpoints.
 *
 * Every change of state is synchronous: it serves waiters in order, starts the dials that are missing, and only then
 * does I/O and tells listeners. Whatever comes back later is checked against the state that it finds.
 * Durations are in milliseconds of the options' clock.
 */
export class ConnectionPool<T> implements AsyncDisposable {
  readonly accounts: ConnectionAccounts;
  readonly name: string;
  readonly #settings: PoolSettings<T>;
  readonly #supply: Supply<T>;
  readonly #dispatcher: Dispatcher<T>;
  readonly #effects = new Effects<T>();
  readonly #policy: DialPolicy;
  readonly #sweepAlarm: Alarm;
  readonly #dialAlarm: Alarm;
  readonly #drainAlarm: Alarm;
  readonly #filling = new Filling();
  readonly #drained: ((clean: boolean) => void)[] = [];
  #phase: 'open' | 'draining' | 'closed' = 'open';
  #leases = 0;

  /** @throws {PoolError} E_POOL_OPTIONS naming everything that is wrong with the options */
  constructor(options: ConnectionPoolOptions<T>) {
    this.#settings = resolveSettings(options);
    const { clock, name, elideDials } = this.#settings;
    this.name = name;
    this.accounts = new ConnectionAccounts(clock);
    this.#policy = new DialPolicy(elideDials);
    this.#supply = new Supply(this.#settings, this.accounts, this.#effects, {
      opened: (member, setupMs) => this.#opened(member, setupMs),
      checked: (member) => this.#checked(member),
      changed: () => this.#changed(),
    });
    this.#dispatcher = new Dispatcher(this.#settings, this.#supply, this.#policy, (waiter, member, outcome) =>
      this.#handOver(waiter, member, outcome),
    );
    this.#sweepAlarm = new Alarm(clock, () => this.#sweep());
    this.#dialAlarm = new Alarm(clock, () => this.#changed());
    this.#drainAlarm = new Alarm(clock, () => void this.close());
  }

  /**
   * Warm start. Resolves when every connection up to `to` was tried; what failed is tried again in the background.
   * @throws {PoolError} E_POOL_DIAL when none could be opened, E_POOL_CLOSED
   */
  start(to: 'none' | 'min' | 'max' = 'min'): Promise<void> {
    if (this.#phase !== 'open') return Promise.reject(this.#closedError());
    if (to === 'none') return Promise.resolve();
    const filled = this.#filling.to(to === 'min' ? this.#settings.min : this.#settings.max);
    this.#dispatcher.keepMin = true;
    this.#changed();
    return filled;
  }

  /**
   * Borrows a connection: an idle one, one that is released, or a new one, first come first served.
   * @throws {PoolError} E_POOL_TIMEOUT, E_POOL_DIAL (out of time, and dials kept failing), E_POOL_ABORTED,
   * E_POOL_QUEUE_FULL, E_POOL_CLOSED
   */
  acquire(options: AcquireOptions = {}): Promise<Lease<T>> {
    const sinceMs = this.#settings.clock.now();
    if (this.#phase !== 'open') return this.#refuse('closed', this.#closedError());
    if (options.signal?.aborted) return this.#refuse('aborted', this.#abortError(options.signal));
    this.#dispatcher.keepMin = true;
    const ready = options.avoid === undefined ? this.#dispatcher.takeReady() : undefined;
    if (ready) return Promise.resolve(this.#lend(ready, 'direct', sinceMs));
    return new Promise((resolve, reject) => {
      this.#wait(new Waiter(sinceMs, options.avoid ?? [], resolve, reject), options);
    });
  }

  stats(): PoolStats {
    return {
      ...this.accounts.snapshot(),
      name: this.name,
      idle: this.#supply.members.idle,
      endpoints: this.#supply.endpoints.all.map(({ endpoint: { origin }, state, open, failures }) => ({
        origin,
        state,
        open,
        failures,
      })),
      failovers: this.#supply.failovers,
    };
  }

  /** The state on one line: `active 1 · idle 2 · pending 0 · opened 3`; dials and checks under way when there are. */
  describe(): string {
    const { gauges, opened } = this.accounts.snapshot();
    const { idle, checking } = this.#supply.members;
    const parts = [`active ${gauges.used}`, `idle ${idle}`, `pending ${gauges.pending}`, `opened ${opened}`];
    if (gauges.dialing > 0) parts.push(`dialing ${gauges.dialing}`);
    if (checking > 0) parts.push(`checking ${checking}`);
    return parts.join(' · ');
  }

  /** Hears every event from now on, in order; returns how to stop. */
  on(listener: (event: PoolEvent<T>) => void): () => void {
    return this.#effects.on(listener);
  }

  /**
   * Takes no new acquires, serves those that wait, closes what is idle, and closes the rest as it comes back or at the
   * deadline. Resolves once closed: true when every lease came back in time.
   */
  drain(deadlineMs: number): Promise<boolean> {
    if (this.#phase === 'closed') return Promise.resolve(this.#leases === 0);
    this.#phase = 'draining';
    this.#dispatcher.keepMin = false;
    this.#filling.stop(this.#closedError());
    this.#drainAlarm.noLaterThan(this.#settings.clock.now() + deadlineMs);
    const drained = new Promise<boolean>((resolve) => {
      this.#drained.push(resolve);
    });
    this.#changed();
    return drained;
  }

  /** Closes every connection now, those on loan too, and refuses those who wait. No timer stays behind. */
  close(): Promise<void> {
    if (this.#phase === 'closed') return Promise.resolve();
    this.#phase = 'closed';
    const clean = this.#leases === 0 && this.#dispatcher.queue.size === 0;
    for (const alarm of [this.#sweepAlarm, this.#dialAlarm, this.#drainAlarm]) alarm.clear();
    for (const waiter of this.#dispatcher.queue) this.#turnAway(waiter, 'closed', this.#closedError());
    this.#filling.stop(this.#closedError());
    this.#supply.closeAll();
    for (const resolve of this.#drained) resolve(clean);
    this.#effects.run();
    return Promise.resolve();
  }

  /** Same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // The one place where a change takes effect: serve, dial, plan the next look, then do the I/O.
  #changed(newcomer?: Waiter<T>): void {
    if (this.#phase !== 'closed') {
      this.#supply.ageTrials();
      this.#dispatcher.serve(newcomer);
      this.#dialAlarm.set(this.#dispatcher.dial(this.#filling.target));
      this.#filling.settle(this.#supply.members.open, this.#supply.dialing, this.#supply.lastFailure?.error);
      if (this.#phase === 'draining') this.#drainMore();
    }
    this.#effects.run();
  }

  #wait(waiter: Waiter<T>, { timeoutMs = this.#settings.acquireTimeoutMs, signal }: AcquireOptions): void {
    const { queue } = this.#dispatcher;
    this.accounts.waitBegan();
    queue.push(waiter);
    this.#changed(waiter);
    if (!waiter.queued) return;
    if (queue.size > this.#settings.maxPending + this.#dispatcher.coming) {
      const text = `pool "${this.name}": ${queue.size - 1} acquires wait already`;
      this.#turnAway(waiter, 'queueFull', new PoolError('E_POOL_QUEUE_FULL', text));
      return;
    }
    waiter.timer = this.#settings.clock.setTimeout(() => this.#outOfTime(waiter, timeoutMs), timeoutMs);
    if (!signal) return;
    const onAbort = (): void => {
      this.#turnAway(waiter, 'aborted', this.#abortError(signal));
      this.#changed();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    waiter.unlisten = () => signal.removeEventListener('abort', onAbort);
  }

  #outOfTime(waiter: Waiter<T>, timeoutMs: number): void {
    const failure = this.#supply.lastFailure;
    if (failure && failure.atMs >= waiter.sinceMs) {
      const text = `pool "${this.name}": no connection within ${timeoutMs} ms, dials fail: ${failure.error.message}`;
      this.#turnAway(waiter, 'dialError', new PoolError('E_POOL_DIAL', text, { cause: failure.error }));
    } else {
      const text = `pool "${this.name}": no connection within ${timeoutMs} ms (${this.describe()})`;
      this.#turnAway(waiter, 'timeout', new PoolError('E_POOL_TIMEOUT', text));
    }
    this.#changed();
  }

  #handOver(waiter: Waiter<T>, member: Member<T>, outcome: AcquireOutcome): void {
    this.#leaveQueue(waiter);
    waiter.resolve(this.#lend(member, outcome, waiter.sinceMs));
  }

  #turnAway(waiter: Waiter<T>, outcome: AcquireOutcome, error: PoolError): void {
    this.#leaveQueue(waiter);
    this.accounts.acquireSettled(outcome, this.#settings.clock.now() - waiter.sinceMs);
    waiter.reject(error);
  }

  #leaveQueue(waiter: Waiter<T>): void {
    this.#dispatcher.queue.remove(waiter);
    this.accounts.waitEnded();
    this.#settings.clock.clearTimeout(waiter.timer);
    waiter.unlisten();
  }

  #lend(member: Member<T>, outcome: AcquireOutcome, sinceMs: number): Lease<T> {
    const now = this.#settings.clock.now();
    const lease = new PoolLease(++this.#leaseIds, member, now, this.#onRelease);
    this.#leases += 1;
    this.#supply.members.unstack(member);
    member.leases.add(lease);
    member.uses += 1;
    this.accounts.useBegan(lease.reused);
    this.accounts.acquireSettled(outcome, now - sinceMs);
    return lease;
  }

  #leaseIds = 0;

  readonly #onRelease = (lease: PoolLease<T>, { broken = false, endpointFailed = false }: ReleaseOutcome): void => {
    const { member } = lease;
    const now = this.#settings.clock.now();
    this.#leases -= 1;
    // A connection that closed while on loan has ended this use already.
    if (member.leases.delete(lease)) {
      this.accounts.useEnded(now - lease.beganMs);
      this.#policy.used(now - lease.beganMs);
    }
    if (endpointFailed) this.#supply.useFailed(member);
    else if (!broken && !member.closed) this.#supply.useSucceeded(member);
    if (broken) this.#supply.close(member, 'broken');
    if (!member.closed && member.leases.size === 0) this.#rest(member, now);
    this.#changed();
  };

  #rest(member: Member<T>, now: number): void {
    if (now >= member.expiresAtMs) member.retiring ??= 'lifetime';
    if (member.retiring) {
      this.#supply.close(member, member.retiring);
      return;
    }
    this.#supply.idle(member);
    this.#sweepAlarm.noLaterThan(now + this.#settings.idleTimeoutMs);
  }

  #opened(member: Member<T>, setupMs: number): void {
    this.#policy.setUp(setupMs);
    this.#sweepAlarm.noLaterThan(Math.min(member.expiresAtMs, member.idleSinceMs + this.#settings.idleTimeoutMs));
    this.#dispatcher.fresh = member;
    this.#changed();
    this.#dispatcher.fresh = undefined;
  }

  #checked(member: Member<T>): void {
    this.#dispatcher.checkEnded(member);
    this.#changed();
  }

  #sweep(): void {
    this.#sweepAlarm.set(sweep(this.#supply, this.#settings));
    this.#changed();
  }

  #drainMore(): void {
    if (this.#dispatcher.queue.size > 0) return;
    for (const member of this.#supply.members) this.#supply.retire(member, 'shutdown');
    if (this.#leases === 0) void this.close();
  }

  #refuse(outcome: AcquireOutcome, error: PoolError): Promise<never> {
    this.accounts.acquireSettled(outcome, 0);
    return Promise.reject(error);
  }

  #closedError(): PoolError {
    return new PoolError('E_POOL_CLOSED', `pool "${this.name}" is ${this.#phase === 'open' ? 'closed' : this.#phase}`);
  }

  #abortError(signal: AbortSignal): PoolError {
    return new PoolError('E_POOL_ABORTED', `pool "${this.name}": the acquire was aborted`, { cause: signal.reason });
  }
}
