import type { CloseReason, ConnectionAccounts } from './accounts.js';
import { type Bounded, bounded } from './bounded.js';
import { Checks } from './checks.js';
import type { Dialed, ReleaseOutcome } from './contracts.js';
import type { DialPolicy } from './dial-policy.js';
import type { Effects } from './effects.js';
import type { EndpointHealth, HealthChange } from './endpoint-health.js';
import { Endpoints } from './endpoints.js';
import { PoolError, toError } from './errors.js';
import { Member } from './member.js';
import { Members } from './members.js';
import type { PoolSettings } from './settings.js';
import { Site } from './site.js';
import { connectionToSpare } from './spare.js';

interface Dial {
  readonly id: number;
  readonly health: EndpointHealth;
  readonly startedAtMs: number;
  bounded?: Bounded;
}

/** What the pool hears of its connections; but for `endpointUp` each call comes inside no other transition. */
export interface SupplyHooks<T> {
  /** A dial succeeded; the connection is idle. */
  opened(member: Member<T>): void;
  checked(member: Member<T>): void;
  /** Anything else changed. */
  changed(): void;
  /** An endpoint is back in service. */
  endpointUp(): void;
}

/** The supply side of a pool: opens, retires and closes connections, and keeps their endpoints' health. */
export class Supply<T> {
  readonly members: Members<T>;
  readonly endpoints: Endpoints;
  readonly checks: Checks<T>;
  failovers = 0;
  /** The last failed dial, until one succeeds. */
  lastFailure: { readonly error: Error; readonly atMs: number } | undefined;
  readonly #settings: PoolSettings<T>;
  readonly #policy: DialPolicy;
  readonly #accounts: ConnectionAccounts;
  readonly #effects: Effects<T>;
  readonly #hooks: SupplyHooks<T>;
  readonly #sites = new Map<EndpointHealth, Site<T>>();
  /** In the order of their start. */
  readonly #dials = new Set<Dial>();
  #nextId = 1;
  #spared: Member<T> | undefined;

  constructor(
    settings: PoolSettings<T>,
    policy: DialPolicy,
    accounts: ConnectionAccounts,
    effects: Effects<T>,
    hooks: SupplyHooks<T>,
  ) {
    this.#settings = settings;
    this.#policy = policy;
    this.#accounts = accounts;
    this.#effects = effects;
    this.#hooks = hooks;
    this.endpoints = new Endpoints(settings);
    for (const health of this.endpoints.all) this.#sites.set(health, new Site(health, settings.leasesPerConnection));
    this.members = new Members([...this.#sites.values()], settings);
    this.checks = new Checks(settings, this.members, effects, (member, result) => this.#checked(member, result));
  }

  get dialing(): number {
    return this.#dials.size;
  }

  /** How many more dials may be started now. */
  get room(): number {
    const { max, maxDialing } = this.#settings;
    const dialing = this.#dials.size;
    return Math.min(max - this.members.open - dialing, maxDialing - dialing);
  }

  /** Dials under way that a waiter can count on: not those to an endpoint on trial, nor those that take far too long. */
  reliableDials(nowMs: number): number {
    const { patienceMs } = this.#policy;
    let reliable = this.endpoints.reliableDials;
    for (const { startedAtMs, health } of this.#dials) {
      if (nowMs - startedAtMs < patienceMs) break;
      if (this.endpoints.serves(health)) reliable -= 1;
    }
    return reliable;
  }

  /** When the next dial under way stops being one to count on. */
  nextOverdueMs(nowMs: number): number {
    const { patienceMs } = this.#policy;
    for (const { startedAtMs } of this.#dials) {
      if (startedAtMs + patienceMs > nowMs) return startedAtMs + patienceMs;
    }
    return Number.POSITIVE_INFINITY;
  }

  dialFailedSince(ms: number): Error | undefined {
    return this.lastFailure && this.lastFailure.atMs >= ms ? this.lastFailure.error : undefined;
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
    this.checks.begin(member);
  }

  /** Lets a connection finish its leases, take no more, and close. */
  retire(member: Member<T>, reason: CloseReason): void {
    member.retiring ??= reason;
    member.list?.remove(member);
    if (member.load === 0 && !member.checking) this.close(member, reason);
  }

  /** Gives up a connection to another endpoint, an idle one at once, a busy one when it comes back; one at a time. */
  makeRoom(): void {
    if (this.#dials.size >= this.#settings.maxDialing || this.#spared?.closed === false) return;
    this.#spared = connectionToSpare(this.members, this.#now());
    if (this.#spared) this.retire(this.#spared, 'idle');
  }

  /** Closes a connection; what is still on loan of it ends here. */
  close(member: Member<T>, reason: CloseReason): void {
    if (member.closed) return;
    const now = this.#now();
    member.closed = true;
    for (const lease of member.leasesOut()) {
      this.#accounts.useEnded(now - lease.beganMs, now);
      this.#policy.used(now - lease.beganMs, now);
    }
    member.site.leases -= member.load;
    member.load = 0;
    this.members.remove(member);
    member.health.connectionGone(member.generation);
    this.#accounts.connectionClosed(reason, now - member.openedAtMs, now);
    const { id, connection, health } = member;
    this.#effects.add(() => {
      this.checks.cancel(member);
      this.#settings.factory.close(connection, reason);
    });
    this.#effects.emit({ kind: 'closed', connectionId: id, endpoint: health.endpoint, atMs: now, reason, connection });
  }

  /** A use that ended in any way: what it says about its connection and its endpoint. */
  useEnded(member: Member<T>, { broken = false, endpointFailed = false, badAnswer = false }: ReleaseOutcome): void {
    if (endpointFailed) this.#useFailed(member);
    else if (badAnswer) this.#answeredBadly(member);
    else if (!broken && !member.closed) this.#useSucceeded(member);
    if (broken) this.close(member, 'broken');
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
    const { factory } = this.#settings;
    const { health } = dial;
    const now = this.#now();
    const setupMs = now - dial.startedAtMs;
    const site = this.#sites.get(health);
    if (!site) return;
    this.#dials.delete(dial);
    this.lastFailure = undefined;
    health.dialSucceeded(now);
    this.#policy.setUp(setupMs);
    const member = new Member(dial.id, connection, site, { openedAtMs: now, expiresAtMs: this.#expiry(now) });
    this.members.add(member);
    this.members.rest(member, now);
    this.#accounts.opened(setupMs, parts, now);
    this.#effects.emit({ kind: 'opened', connectionId: dial.id, endpoint: health.endpoint, atMs: now, connection });
    factory.onClosed(connection, () => this.#died(member));
    this.#hooks.opened(member);
  }

  // Spread over the end of the lifetime, so that a pool filled at once is not renewed at once (as in HikariCP).
  #expiry(nowMs: number): number {
    const { maxLifetimeMs, lifetimeJitter, random } = this.#settings;
    return nowMs + maxLifetimeMs * (1 - lifetimeJitter * random.next());
  }

  #checked(member: Member<T>, result: 'good' | 'bad' | 'late'): void {
    if (!member.closed) {
      if (member.retiring || result !== 'good') this.close(member, member.retiring ?? 'broken');
      else this.#checkPassed(member);
      if (result === 'late') this.#useFailed(member);
    }
    this.#hooks.checked(member);
  }

  #useSucceeded(member: Member<T>): void {
    this.#announce(member.health, member.health.useSucceeded(member.generation, this.#now()));
  }

  #useFailed(member: Member<T>): void {
    this.#failed(member.health, member.health.useFailed(this.#now(), member.generation));
  }

  // Ejects the endpoint when it answers badly too often; the last one in service stays, for there is no better.
  #answeredBadly({ health, generation }: Member<T>): void {
    const now = this.#now();
    const others = this.endpoints.all.some((other) => other !== health && other.state === 'up');
    if (health.answeredBadly(now, generation) && others) this.#failed(health, health.eject(now));
  }

  #checkPassed(member: Member<T>): void {
    this.members.restAgain(member, this.#now());
    const { health } = member;
    if (health.state === 'trial' && !health.ejected) this.#useSucceeded(member);
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
    if (change === 'up') this.#hooks.endpointUp();
  }
}

function closedError(name: string): PoolError {
  return new PoolError('E_POOL_CLOSED', `pool "${name}" was closed`);
}
