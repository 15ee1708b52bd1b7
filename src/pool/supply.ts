import type { CloseReason, ConnectionAccounts } from './accounts.js';
import { type Bounded, bounded } from './bounded.js';
import type { Dialed } from './contracts.js';
import type { Effects } from './effects.js';
import type { EndpointHealth, HealthChange } from './endpoint-health.js';
import { Endpoints } from './endpoints.js';
import { PoolError, toError } from './errors.js';
import { Member } from './member.js';
import { Members } from './members.js';
import type { PoolSettings } from './settings.js';

interface Dial {
  readonly id: number;
  readonly health: EndpointHealth;
  readonly startedAtMs: number;
  bounded?: Bounded;
}

/** What the pool hears of its connections; each call comes inside no other transition. */
export interface SupplyHooks<T> {
  /** A dial succeeded after `setupMs`; the connection is on the idle stack. */
  opened(member: Member<T>, setupMs: number): void;
  checked(member: Member<T>): void;
  /** Anything else changed. */
  changed(): void;
}

/** The supply side of a pool: opens, checks, retires and closes connections, and keeps their endpoints' health. */
export class Supply<T> {
  readonly members: Members<T>;
  readonly endpoints: Endpoints;
  failovers = 0;
  /** The last failed dial, until one succeeds. */
  lastFailure: { readonly error: Error; readonly atMs: number } | undefined;
  readonly #settings: PoolSettings<T>;
  readonly #accounts: ConnectionAccounts;
  readonly #effects: Effects<T>;
  readonly #hooks: SupplyHooks<T>;
  readonly #dials = new Set<Dial>();
  readonly #checks = new Map<Member<T>, Bounded>();
  #nextId = 1;

  constructor(settings: PoolSettings<T>, accounts: ConnectionAccounts, effects: Effects<T>, hooks: SupplyHooks<T>) {
    this.#settings = settings;
    this.#accounts = accounts;
    this.#effects = effects;
    this.#hooks = hooks;
    this.members = new Members(settings.leasesPerConnection);
    this.endpoints = new Endpoints(settings.endpoints, settings);
  }

  get dialing(): number {
    return this.#dials.size;
  }

  /** How many more connections may be opened now. */
  get room(): number {
    return this.#settings.max - this.members.open - this.#dials.size;
  }

  dial(health: EndpointHealth): void {
    const dial: Dial = { id: this.#nextId++, health, startedAtMs: this.#now() };
    this.#dials.add(dial);
    health.dialBegan(dial.startedAtMs);
    this.#accounts.dialBegan();
    this.#effects.emit({
      kind: 'dialing',
      connectionId: dial.id,
      endpoint: health.endpoint,
      atMs: dial.startedAtMs,
    });
    this.#effects.add(() => this.#run(dial));
  }

  /** Looks whether an idle connection is still good; one that is not, or does not say in time, is closed. */
  check(member: Member<T>): void {
    const { factory, clock, checkTimeoutMs } = this.#settings;
    this.members.checkBegan(member);
    const late = new PoolError('E_POOL_TIMEOUT', `check of connection ${member.id} took over ${checkTimeoutMs} ms`);
    const ended = (good: boolean): void => {
      this.#checks.delete(member);
      this.members.checkEnded(member);
      if (member.retiring || !good) this.close(member, member.retiring ?? 'broken');
      else if (!member.closed) this.idle(member);
      this.#hooks.checked(member);
    };
    this.#effects.add(() => {
      const checking = bounded(
        clock,
        { ms: checkTimeoutMs, error: () => late },
        async (signal) => (await factory.check?.(member.connection, signal)) ?? true,
        { done: ended, failed: () => ended(false), late: () => {} },
      );
      this.#checks.set(member, checking);
      if (member.closed) checking.cancel(closedError(this.#settings.name));
    });
  }

  /** Puts a connection without leases on the idle stack. */
  idle(member: Member<T>): void {
    this.members.push(member, this.#now());
  }

  /** Lets a connection finish its leases, take no more, and close. */
  retire(member: Member<T>, reason: CloseReason): void {
    member.retiring ??= reason;
    if (member.leases.size === 0 && !member.checking) this.close(member, reason);
  }

  /** Closes a connection; what is still on loan of it ends here. */
  close(member: Member<T>, reason: CloseReason): void {
    if (member.closed) return;
    const now = this.#now();
    member.closed = true;
    for (const lease of member.leases) this.#accounts.useEnded(now - lease.beganMs);
    member.leases.clear();
    this.members.remove(member);
    member.health.connectionGone(member.generation);
    this.#accounts.connectionClosed(reason, now - member.openedAtMs);
    const { id, connection, health } = member;
    this.#effects.add(() => {
      this.#checks.get(member)?.cancel(closedError(this.#settings.name));
      this.#settings.factory.close(connection, reason);
    });
    this.#effects.emit({ kind: 'closed', connectionId: id, endpoint: health.endpoint, atMs: now, reason, connection });
  }

  useSucceeded(member: Member<T>): void {
    this.#announce(member.health, member.health.useSucceeded(member.generation));
  }

  useFailed(member: Member<T>): void {
    this.#failed(member.health, member.health.useFailed(this.#now(), member.generation));
  }

  /** Passes trials that have stood for long enough. */
  ageTrials(): void {
    for (const health of this.endpoints.all) this.#announce(health, health.trialAged(this.#now()));
  }

  closeAll(): void {
    for (const dial of this.#dials) this.#abandon(dial, closedError(this.#settings.name));
    for (const member of this.members) this.close(member, 'shutdown');
  }

  #now(): number {
    return this.#settings.clock.now();
  }

  #run(dial: Dial): void {
    if (!this.#dials.has(dial)) return;
    const { clock, factory, dialTimeoutMs } = this.#settings;
    const { endpoint } = dial.health;
    const late = (): Error =>
      new PoolError('E_POOL_TIMEOUT', `dial of ${endpoint.origin} took over ${dialTimeoutMs} ms`);
    dial.bounded = bounded<Dialed<T>>(
      clock,
      { ms: dialTimeoutMs, error: late },
      (signal) => factory.connect(endpoint, signal),
      {
        done: (dialed) => this.#opened(dial, dialed),
        failed: (error) => this.#dialFailed(dial, toError(error)),
        late: ({ connection }) => factory.close(connection, 'shutdown'),
      },
    );
  }

  #opened(dial: Dial, { connection, parts }: Dialed<T>): void {
    const { factory, maxLifetimeMs, random } = this.#settings;
    const now = this.#now();
    this.#dials.delete(dial);
    this.lastFailure = undefined;
    dial.health.dialSucceeded(now);
    // Spread over the last 2.5 % of the lifetime, so that a pool filled at once is not renewed at once (HikariCP).
    const expiresAtMs = now + maxLifetimeMs * (1 - 0.025 * random.next());
    const member = new Member(dial.id, connection, dial.health, { openedAtMs: now, expiresAtMs });
    this.members.add(member);
    this.idle(member);
    this.#accounts.opened(now - dial.startedAtMs, parts);
    const { endpoint } = dial.health;
    this.#effects.emit({ kind: 'opened', connectionId: dial.id, endpoint, atMs: now, connection });
    factory.onClosed(connection, () => this.#died(member));
    this.#hooks.opened(member, now - dial.startedAtMs);
  }

  #dialFailed(dial: Dial, error: Error): void {
    if (!this.#dials.delete(dial)) return;
    this.#dialEnded(dial, error);
    this.lastFailure = { error, atMs: this.#now() };
    this.#failed(dial.health, dial.health.dialFailed(this.#now()));
    this.#hooks.changed();
  }

  // Its place is free at once; should the dial succeed after all, the connection is closed on arrival.
  #abandon(dial: Dial, error: Error): void {
    this.#dials.delete(dial);
    dial.health.dialAbandoned();
    this.#dialEnded(dial, error);
    this.#effects.add(() => dial.bounded?.cancel(error));
  }

  #dialEnded({ id, health }: Dial, error: Error): void {
    this.#accounts.dialFailed();
    const { endpoint } = health;
    this.#effects.emit({ kind: 'dialFailed', connectionId: id, endpoint, atMs: this.#now(), error });
  }

  #died(member: Member<T>): void {
    if (member.closed) return;
    // Accepted, and dropped unused: dialling again at once would go round as fast as the network lets it.
    if (member.uses === 0) member.health.backOff(this.#now());
    this.close(member, 'broken');
    this.#hooks.changed();
  }

  #failed(health: EndpointHealth, change: HealthChange): void {
    this.#announce(health, change);
    if (change === 'down' && this.endpoints.all.some(({ state }) => state === 'up')) this.#moveAway(health);
    for (const member of this.members) {
      if (member.health === health && member.generation !== health.generation) this.retire(member, 'unhealthy');
    }
  }

  #moveAway(health: EndpointHealth): void {
    this.failovers += 1;
    const error = new PoolError('E_POOL_DIAL', `${health.endpoint.origin} was declared down while it was dialled`);
    for (const dial of this.#dials) if (dial.health === health) this.#abandon(dial, error);
  }

  #announce({ endpoint }: EndpointHealth, change: HealthChange): void {
    if (!change) return;
    const kind = change === 'down' ? 'endpointDown' : 'endpointUp';
    this.#effects.emit({ kind, endpoint, atMs: this.#now() });
  }
}

function closedError(name: string): PoolError {
  return new PoolError('E_POOL_CLOSED', `pool "${name}" was closed`);
}
