import { type AcquireOutcome, ConnectionAccounts } from './accounts.js';
import { Alarm } from './alarm.js';
import type {
  AcquireOptions,
  ConnectionPoolOptions,
  Lease,
  PoolEndpoint,
  PoolEvent,
  PoolStats,
  ReleaseOutcome,
} from './contracts.js';
import { Demand } from './demand.js';
import { DialPolicy } from './dial-policy.js';
import { Effects } from './effects.js';
import { badDuration, PoolError } from './errors.js';
import { Filling } from './filling.js';
import { LeakWatch } from './leak-watch.js';
import type { PoolLease } from './lease.js';
import { Lending } from './lending.js';
import type { Member } from './member.js';
import { describePool, statsOf } from './pool-stats.js';
import { rebalance } from './rebalance.js';
import { isDuration, type PoolSettings, resolveSettings } from './settings.js';
import { Supply } from './supply.js';
import { sweep } from './sweep.js';
import { acquired, publishAcquired, publishFailed } from './traffic.js';
import type { Waiter } from './waiter-queue.js';
import { WaitingRoom } from './waiting-room.js';

const NOBODY: readonly PoolEndpoint[] = [];

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
  readonly #demand: Demand<T>;
  readonly #lending: Lending<T>;
  readonly #leaks: LeakWatch<T> | undefined;
  readonly #effects: Effects<T>;
  readonly #waiting: WaitingRoom<T>;
  readonly #sweepAlarm: Alarm;
  readonly #dialAlarm: Alarm;
  readonly #drainAlarm: Alarm;
  readonly #balanceAlarm: Alarm;
  readonly #filling: Filling;
  readonly #drained: ((clean: boolean) => void)[] = [];
  // How long after a connection came to rest the first sweep can have anything to do with it.
  readonly #restMs: number;
  readonly #exclusive: boolean;
  #phase: 'open' | 'draining' | 'closed' = 'open';
  #tryMisses = 0;
  /** While draining: everything there was has been retired. */
  #retired = false;

  /** @throws {PoolError} E_POOL_OPTIONS naming everything that is wrong with the options */
  constructor(options: ConnectionPoolOptions<T>) {
    const settings = resolveSettings(options);
    const { clock, name } = settings;
    const policy = new DialPolicy(settings.elideDials);
    this.#settings = settings;
    this.name = name;
    this.accounts = new ConnectionAccounts(clock);
    this.#effects = new Effects(name);
    this.#supply = new Supply(settings, policy, this.accounts, this.#effects, {
      opened: (member) => this.#opened(member),
      checked: (member) => this.#checked(member),
      changed: () => this.#changed(),
      endpointUp: () => this.#balanceAlarm.noLaterThan(clock.now()),
    });
    this.#demand = new Demand(settings, this.#supply, policy, (waiter, member, outcome) =>
      this.#handOver(waiter, member, outcome, clock.now()),
    );
    if (settings.leakAfterMs < Number.POSITIVE_INFINITY) this.#leaks = this.#watchForLeaks();
    const { accounts } = this;
    const { members } = this.#supply;
    this.#lending = new Lending(
      settings,
      { accounts, policy, members, leaks: this.#leaks },
      {
        freed: (member, nowMs) => this.#freed(member, nowMs),
        returned: (member, outcome, nowMs) => this.#returned(member, outcome, nowMs),
        confirmed: (member) => {
          this.#supply.useSucceeded(member);
          this.#changed();
        },
      },
    );
    this.#waiting = new WaitingRoom(settings, this.#demand.queue, this.accounts, {
      describe: () => this.describe(),
      trouble: (sinceMs) => this.#supply.trouble(sinceMs),
      left: () => this.#changed(),
    });
    this.#filling = new Filling(
      { clock, min: settings.min, timeoutMs: settings.acquireTimeoutMs || settings.dialTimeoutMs },
      () => this.#supply.filling,
      () => this.#changed(),
    );
    this.#sweepAlarm = new Alarm(clock, () => this.#sweep());
    this.#dialAlarm = new Alarm(clock, () => this.#changed());
    this.#drainAlarm = new Alarm(clock, () => void this.close());
    this.#balanceAlarm = new Alarm(clock, () => this.#balance());
    this.#restMs = Math.min(settings.idleTimeoutMs, 0.9 * settings.probeIdleEveryMs);
    this.#exclusive = settings.leasesPerConnection === 1;
  }

  /**
   * Warm start. Resolves when `to` connections are open. Dials that fail are tried again after their pause, for
   * `acquireTimeoutMs` (for `dialTimeoutMs` when that is 0); then it resolves with fewer if `min` are open and any is.
   * From then on the pool itself keeps `min`, not `to`.
   * @throws {PoolError} E_POOL_DIAL when dials failed, nothing is open and every endpoint is out of service, at once;
   * or when too few are open in the end: the message tells how many and why, `cause` is the last dial's error.
   * E_POOL_CLOSED
   */
  start(to: 'none' | 'min' | 'max' = 'min'): Promise<void> {
    if (this.#phase !== 'open') return Promise.reject(this.#closedError());
    if (to === 'none') return Promise.resolve();
    const { endpoints, maxPerEndpoint, min, max } = this.#settings;
    const filled = this.#filling.to(Math.min(to === 'min' ? min : max, endpoints.length * maxPerEndpoint));
    this.#demand.keepMin = true;
    this.#changed();
    return filled;
  }

  /**
   * Borrows a connection: an idle one, one that is released, or a new one, first come first served.
   * @throws {PoolError} E_POOL_TIMEOUT, E_POOL_DIAL (out of time, and no endpoint is in service), E_POOL_ABORTED,
   * E_POOL_QUEUE_FULL, E_POOL_CLOSED; E_POOL_OPTIONS for a `timeoutMs` that cannot be, which is no acquire
   */
  acquire(options?: AcquireOptions): Promise<Lease<T>> {
    const sinceMs = this.#settings.clock.now();
    if (options?.timeoutMs !== undefined && !isDuration(options.timeoutMs)) {
      return Promise.reject(badDuration(this.name, 'timeoutMs', options.timeoutMs));
    }
    if (options?.avoid === undefined && !options?.signal?.aborted) {
      const lease = this.#lendIdle(sinceMs);
      if (lease) return Promise.resolve(lease);
    }
    return this.#wait(options ?? {}, sinceMs);
  }

  /**
   * Borrows a connection that is idle and needs no check, if there is one and nobody waits; never dials. Finding none
   * is not an acquire: it is counted in `tryMisses` alone.
   */
  tryAcquire(): Lease<T> | undefined {
    const lease = this.#lendIdle(this.#settings.clock.now());
    if (!lease) this.#tryMisses += 1;
    return lease;
  }

  /**
   * Gives a lease back; the same as its own `release`, but refuses what is not this pool's.
   * @throws {PoolError} E_POOL_RELEASED when it was released before, or is a lease of another pool
   */
  release(lease: Lease<T>, outcome?: ReleaseOutcome): void {
    this.#lending.own(lease).release(outcome);
  }

  /**
   * Retires the connection of a lease that goes on: it is lent no more, and closes with the reason `lifetime` when its
   * last lease is back.
   * @throws {PoolError} E_POOL_RELEASED when the lease was released before, or is a lease of another pool
   */
  retire(lease: Lease<T>): void {
    const { member } = this.#lending.held(lease);
    if (member.closed) return;
    this.#supply.retire(member, 'lifetime');
    this.#changed();
  }

  stats(): PoolStats {
    return statsOf(this.name, this.accounts, this.#supply, {
      tryMisses: this.#tryMisses,
      leaks: { total: this.#leaks?.total ?? 0, out: this.#leaks?.out ?? 0 },
    });
  }

  /** The state on one line: `active 1 · idle 2 · pending 0 · opened 3`; dials and checks under way when there are. */
  describe(): string {
    return describePool(this.accounts, this.#supply.members);
  }

  /** Hears every event from now on, in order; returns how to stop. */
  on(listener: (event: PoolEvent<T>) => void): () => void {
    return this.#effects.on(listener);
  }

  /**
   * Takes no new acquires, serves those that wait, closes what is idle, and closes the rest as it comes back or after
   * `withinMs`, `Infinity` for no limit. Resolves once closed: true when every lease came back in time.
   * @throws {PoolError} E_POOL_OPTIONS when `withinMs` is no duration
   */
  drain(withinMs: number): Promise<boolean> {
    if (!isDuration(withinMs)) return Promise.reject(badDuration(this.name, 'withinMs', withinMs));
    if (this.#phase === 'closed') return Promise.resolve(this.#lending.out === 0);
    this.#phase = 'draining';
    this.#demand.keepMin = false;
    this.#filling.stop(this.#closedError());
    this.#drainAlarm.noLaterThan(this.#settings.clock.now() + withinMs);
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
    const clean = this.#lending.out === 0 && this.#demand.queue.size === 0;
    for (const alarm of [this.#sweepAlarm, this.#dialAlarm, this.#drainAlarm, this.#balanceAlarm]) alarm.clear();
    this.#leaks?.clear();
    this.#waiting.close(this.#closedError());
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
      this.#demand.serve(this.#supply.ageTrials() ? undefined : newcomer, newcomer);
      this.#dialAlarm.set(this.#demand.dial(this.#filling.target));
      this.#filling.settle();
      if (this.#phase === 'draining') this.#drainMore();
    }
    this.#effects.run();
  }

  #wait(
    { timeoutMs = this.#settings.acquireTimeoutMs, signal, avoid = NOBODY }: AcquireOptions,
    sinceMs: number,
  ): Promise<Lease<T>> {
    if (this.#phase !== 'open') return this.#refuse('closed', this.#closedError());
    if (signal?.aborted) return this.#refuse('aborted', this.#waiting.abortError(signal));
    this.#demand.keepMin = true;
    const avoided = avoid.length === 0 ? NOBODY : this.#supply.endpoints.listOf(avoid);
    const waiter = this.#waiting.enter(sinceMs, timeoutMs, avoided);
    this.#leaks?.sampleStack(waiter);
    if (!this.#exclusive || !this.#supply.exhausted) this.#changed(waiter);
    if (waiter.queued) this.#waiting.stay(waiter, signal, this.#demand.coming);
    return waiter.promise;
  }

  #handOver(waiter: Waiter<T>, member: Member<T>, outcome: AcquireOutcome, nowMs: number): void {
    this.#waiting.leave(waiter, nowMs);
    const lease = this.#lending.lend(member, nowMs);
    this.#leaks?.passStack(waiter, lease);
    this.accounts.useBegan(lease.reused, nowMs);
    const latencyMs = nowMs - waiter.sinceMs;
    this.accounts.acquireSettled(outcome, latencyMs);
    if (acquired.hasSubscribers) this.#effects.add(() => publishAcquired(this.name, lease, outcome, latencyMs));
    waiter.resolve(lease);
  }

  // One reading of the clock serves as the time of the call and of the hand-over: there is nothing in between.
  #lendIdle(nowMs: number): PoolLease<T> | undefined {
    if (this.#phase !== 'open' || this.#demand.queue.size > 0) return undefined;
    let member = this.#supply.members.next(nowMs);
    if (member !== undefined && member.expiresAtMs <= nowMs && member.load === 0) {
      // The timer comes too late: something held the loop up.
      this.#sweep();
      member = this.#phase === 'open' && this.#demand.queue.size === 0 ? this.#supply.members.next(nowMs) : undefined;
    }
    if (member === undefined || this.#supply.checks.neededFor(member, nowMs)) return undefined;
    const lease = this.#lending.lend(member, nowMs);
    this.accounts.servedDirectly(lease.reused, nowMs);
    this.#leaks?.sampleStack(lease);
    if (acquired.hasSubscribers) publishAcquired(this.name, lease, 'direct', 0);
    return lease;
  }

  #freed(member: Member<T>, nowMs: number): void {
    if (this.#exclusive && this.#phase === 'open') {
      const { first } = this.#demand.queue;
      if (first === undefined) {
        this.#supply.members.rest(member, nowMs);
        this.#sweepAlarm.noLaterThan(nowMs + this.#restMs);
        return;
      }
      // One waiter less, one lease as before: there is nothing else to decide.
      if (first.avoid.length === 0) {
        this.#handOver(first, member, 'waited', nowMs);
        this.#effects.run();
        return;
      }
    }
    this.#rest(member, nowMs);
    this.#changed();
  }

  #returned(member: Member<T>, outcome: ReleaseOutcome, nowMs: number): void {
    this.#supply.useEnded(member, outcome);
    if (!member.closed) {
      if (member.load === 0 && nowMs >= member.expiresAtMs) member.retiring ??= 'lifetime';
      this.#rest(member, nowMs);
    }
    this.#changed();
  }

  #rest(member: Member<T>, nowMs: number): void {
    if (member.retiring) {
      if (member.load === 0) this.#supply.close(member, member.retiring);
    } else if (member.load > 0) member.site.place(member);
    else {
      this.#supply.members.rest(member, nowMs);
      this.#sweepAlarm.noLaterThan(nowMs + this.#restMs);
    }
  }

  #opened(member: Member<T>): void {
    // A listener that heard of it may have closed the pool.
    if (this.#phase === 'closed') return;
    const { checks } = this.#supply;
    const probeAtMs = checks.planProbe(member);
    this.#sweepAlarm.noLaterThan(Math.min(member.expiresAtMs, member.idleSinceMs + this.#restMs, probeAtMs));
    this.#demand.fresh = member;
    this.#changed();
    this.#demand.fresh = undefined;
    if (checks.tryOut(member)) this.#effects.run();
  }

  #checked(member: Member<T>): void {
    this.#demand.checkEnded(member);
    if (member.stacked) this.#sweepAlarm.noLaterThan(this.#settings.clock.now() + this.#restMs);
    this.#changed();
  }

  #sweep(): void {
    this.#sweepAlarm.noLaterThan(sweep(this.#supply, this.#settings));
    this.#changed();
  }

  #balance(): void {
    if (this.#phase === 'open') this.#balanceAlarm.noLaterThan(rebalance(this.#supply, this.#settings));
    this.#changed();
  }

  #watchForLeaks(): LeakWatch<T> {
    const { members } = this.#supply;
    const [emit, looked] = [this.#effects.emit.bind(this.#effects), this.#effects.run.bind(this.#effects)];
    return new LeakWatch(this.#settings, members, emit, looked);
  }

  #drainMore(): void {
    if (this.#demand.queue.size > 0) return;
    const { fresh } = this.#demand;
    if (!this.#retired) for (const member of this.#supply.members) this.#supply.retire(member, 'shutdown');
    else if (fresh && !fresh.closed) this.#supply.retire(fresh, 'shutdown');
    this.#retired = true;
    if (this.#lending.out === 0) void this.close();
  }

  #refuse(outcome: AcquireOutcome, error: PoolError): Promise<never> {
    this.accounts.acquireSettled(outcome, 0);
    publishFailed(this.name, outcome, 0, error);
    return Promise.reject(error);
  }

  #closedError(): PoolError {
    return new PoolError('E_POOL_CLOSED', `pool "${this.name}" is ${this.#phase === 'open' ? 'closed' : this.#phase}`);
  }
}
