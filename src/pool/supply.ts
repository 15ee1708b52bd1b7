import type { CloseReason, ConnectionAccounts, SetupParts } from './accounts.js';
import { bounded } from './bounded.js';
import { type CheckResult, Checks } from './checks.js';
import type { Dialed, DownReason, ReleaseOutcome } from './contracts.js';
import type { DialPolicy } from './dial-policy.js';
import { type Dial, Dials } from './dials.js';
import type { Effects } from './effects.js';
import type { EndpointHealth, HealthChange } from './endpoint-health.js';
import { Endpoints } from './endpoints.js';
import { PoolError, toError } from './errors.js';
import type { FillingState } from './filling.js';
import { GuardedFactory } from './guarded-factory.js';
import { Member } from './member.js';
import { Members } from './members.js';
import type { PoolSettings } from './settings.js';
import { Site } from './site.js';
import { connectionToSpare } from './spare.js';
import { type DialFailure, type Trouble, troubleOf } from './trouble.js';

const NEVER = Number.POSITIVE_INFINITY;
const NO_PARTS: SetupParts = { dnsMs: 0, tcpMs: 0, tlsMs: 0, upgradeMs: 0 };

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
  /** Leases that the next connection can be expected to carry: as many as the last one. */
  carries: number;
  /** The last failed dial, until one succeeds. */
  lastFailure: DialFailure | undefined;
  readonly #settings: PoolSettings<T>;
  readonly #factory: GuardedFactory<T>;
  readonly #policy: DialPolicy;
  readonly #accounts: ConnectionAccounts;
  readonly #effects: Effects<T>;
  readonly #hooks: SupplyHooks<T>;
  readonly #sites = new Map<EndpointHealth, Site<T>>();
  readonly #dials: Dials;
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
    this.#factory = new GuardedFactory(settings.factory, settings.leasesPerConnection);
    this.#policy = policy;
    this.#accounts = accounts;
    this.#effects = effects;
    this.#hooks = hooks;
    this.endpoints = new Endpoints(settings);
    this.#dials = new Dials(this.endpoints, policy, settings.dialTimeoutMs);
    this.carries = settings.leasesPerConnection;
    for (const health of this.endpoints.all) {
      this.#sites.set(health, new Site(health, (connection) => this.#factory.capacityOf(connection)));
    }
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

  /** Is every connection on loan, with no room to dial and no dial to give up? Then only a release can help anybody. */
  get exhausted(): boolean {
    return this.#dials.size === 0 && this.members.idle === 0 && this.room <= 0;
  }

  /** Dials under way that a waiter can count on. */
  reliableDials(nowMs: number): number {
    return this.#dials.reliable(nowMs);
  }

  /** When the next dial under way stops being one to count on. */
  nextOverdueMs(nowMs: number): number {
    return this.#dials.nextOverdueMs(nowMs);
  }

  /**
   * Gives up the trial that takes too long, so that somebody who waits gets its place; returns when to ask again if it
   * does not take too long yet.
   */
  giveUpTrial(nowMs: number): number {
    const trial = this.#dials.oldestTrial;
    const overdueAtMs = trial && this.endpoints.choose(nowMs, []) ? this.#dials.overdueAtMs(trial) : NEVER;
    if (!trial || overdueAtMs > nowMs) return overdueAtMs;
    const tookMs = Math.round(nowMs - trial.startedAtMs);
    const text = `dial of ${trial.health.endpoint.origin} was given up after ${tookMs} ms for a waiter`;
    this.#dials.delete(trial);
    this.#failDial(trial, new PoolError('E_POOL_TIMEOUT', text));
    return NEVER;
  }

  get filling(): FillingState {
    const { dialing, lastFailure } = this;
    return { open: this.members.open, dialing, noneUp: this.endpoints.noneUp(), lastFailure };
  }

  trouble(sinceMs: number): Trouble {
    return troubleOf(this.endpoints, this.lastFailure, this.members.open, sinceMs);
  }

  dial(health: EndpointHealth): void {
    const { endpoint } = health;
    const atMs = this.#now();
    const dial: Dial = { id: this.#nextId++, health, trial: health.dialBegan(atMs), startedAtMs: atMs };
    this.#dials.add(dial);
    this.#accounts.dialBegan();
    if (dial.trial) {
      this.#spared = undefined;
      this.#effects.emit({ kind: 'endpointTrial', endpoint, atMs });
    }
    this.#effects.emit({ kind: 'dialing', connectionId: dial.id, endpoint, atMs });
    this.#effects.add(() => this.#run(dial));
  }

  /** Looks whether an idle connection is still good; one that is not, or does not say in time, is closed. */
  check(member: Member<T>): void {
    this.checks.begin(member);
  }

  /** Lets a connection finish its leases, take no more, and close. */
  retire(member: Member<T>, reason: CloseReason): void {
    member.retiring ??= reason;
    this.members.withdraw(member);
    if (member.load === 0 && !member.checking) this.close(member, reason);
  }

  /** A connection past its lifetime: it closes when no lease of it is out, and may take more until then if it can. */
  expire(member: Member<T>): void {
    if (member.load === 0 || this.#settings.leasesPerConnection === 1) this.retire(member, 'lifetime');
    else this.members.age(member);
  }

  /** The connection given up for a trial has closed, and the trial has not begun. */
  get roomMade(): boolean {
    return this.#spared?.closed === true;
  }

  /**
   * Gives up a connection to another endpoint, an idle one at once, a busy one when it comes back; one at a time. One
   * that carries many leases is not given up for as long as any is out.
   */
  makeRoom(): void {
    if (this.#dials.size >= this.#settings.maxDialing || this.#spared?.closed === false) return;
    this.#spared = connectionToSpare(this.members, this.#settings, this.#now());
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
    this.members.remove(member);
    member.load = 0;
    member.health.connectionGone(member.generation, member.openedAtMs);
    this.#accounts.connectionClosed(reason, now - member.openedAtMs, now);
    const { id, connection, health } = member;
    this.#effects.add(() => {
      this.checks.cancel(member);
      this.#factory.close(connection, reason);
    });
    this.#effects.emit({ kind: 'closed', connectionId: id, endpoint: health.endpoint, atMs: now, reason, connection });
  }

  /** A use that ended in any way: what it says about its connection and its endpoint. */
  useEnded(member: Member<T>, outcome: ReleaseOutcome): void {
    const { broken = false, retire = false, endpointFailed = false, badAnswer = false } = outcome;
    if (endpointFailed) this.#useFailed(member, 'use');
    else if (badAnswer) this.#answeredBadly(member);
    else if (!broken && !member.closed) this.useSucceeded(member);
    if (broken) this.close(member, 'broken');
    else if (retire && !member.closed) this.retire(member, 'broken');
  }

  /** A use has ended well, or goes well so far. */
  useSucceeded(member: Member<T>): void {
    this.#announce(member.health, member.health.useSucceeded(member.generation, this.#now()));
  }

  /** Passes trials that have stood for long enough; true when there was one. */
  ageTrials(): boolean {
    let any = false;
    for (const health of this.endpoints.all) {
      const change = health.trialAged(this.#now());
      if (change) any = true;
      this.#announce(health, change);
    }
    return any;
  }

  closeAll(): void {
    const error = new PoolError('E_POOL_CLOSED', `pool "${this.#settings.name}" was closed`);
    for (const dial of this.#dials) this.#abandon(dial, error);
    for (const member of this.members) this.close(member, 'shutdown');
  }

  #now(): number {
    return this.#settings.clock.now();
  }

  #run(dial: Dial): void {
    if (!this.#dials.has(dial)) return;
    const { clock, dialTimeoutMs } = this.#settings;
    const { endpoint } = dial.health;
    const late = (): Error =>
      new PoolError('E_POOL_TIMEOUT', `dial of ${endpoint.origin} took over ${dialTimeoutMs} ms`);
    dial.bounded = bounded<Dialed<T>>(
      clock,
      { ms: dialTimeoutMs, error: late },
      (signal) => this.#factory.connect(endpoint, signal),
      {
        done: (dialed) => this.#opened(dial, dialed),
        failed: (error) => this.#dialFailed(dial, toError(error)),
        late: ({ connection }) => this.#factory.close(connection, 'shutdown'),
      },
    );
  }

  #opened(dial: Dial, { connection, parts = NO_PARTS }: Dialed<T>): void {
    const { health } = dial;
    const now = this.#now();
    const setupMs = now - dial.startedAtMs;
    const site = this.#sites.get(health);
    if (!site) return;
    this.#dials.delete(dial);
    this.lastFailure = undefined;
    this.carries = this.#factory.capacityOf(connection);
    health.dialSucceeded(now, dial.trial);
    this.#policy.setUp(setupMs);
    const member = new Member(dial.id, connection, site, { openedAtMs: now, expiresAtMs: this.#expiry(now) });
    this.members.add(member);
    this.members.rest(member, now);
    this.#accounts.opened(setupMs, parts, now);
    this.#effects.emit({ kind: 'opened', connectionId: dial.id, endpoint: health.endpoint, atMs: now, connection });
    this.#replaceAged();
    this.#factory.onClosed(connection, () => this.#died(member));
    this.#hooks.opened(member);
  }

  // The connection that was opened stands in for one past its lifetime, which need not lend on if there may be more.
  #replaceAged(): void {
    const replaced = this.members.takeAged();
    if (replaced && this.members.open + this.#dials.size < this.#settings.max) this.retire(replaced, 'lifetime');
  }

  // Spread over the end of the lifetime, so that a pool filled at once is not renewed at once (as in HikariCP).
  #expiry(nowMs: number): number {
    const { maxLifetimeMs, lifetimeJitter, random } = this.#settings;
    return nowMs + maxLifetimeMs * (1 - lifetimeJitter * random.next());
  }

  #checked(member: Member<T>, result: CheckResult): void {
    if (!member.closed) {
      if (member.retiring || result !== 'good') this.close(member, member.retiring ?? 'broken');
      else this.#checkPassed(member);
      if (result === 'late') this.#useFailed(member, 'check');
    }
    this.#hooks.checked(member);
  }

  #useFailed({ health, generation }: Member<T>, reason: DownReason): void {
    this.#failed(health, health.useFailed(this.#now(), generation, reason));
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
    if (health.state === 'trial' && !health.ejected) this.useSucceeded(member);
  }

  #dialFailed(dial: Dial, error: Error): void {
    if (!this.#dials.delete(dial)) return;
    this.#failDial(dial, error);
    this.#hooks.changed();
  }

  #failDial(dial: Dial, error: Error): void {
    const { health, trial } = dial;
    this.#dialEnded(dial, error);
    this.lastFailure = { error, atMs: this.#now() };
    this.#failed(health, health.dialFailed(error, this.#now(), trial));
  }

  // Its place is free at once; should the dial succeed after all, the connection is closed on arrival.
  #abandon(dial: Dial, error: Error): void {
    this.#dials.delete(dial);
    dial.health.dialAbandoned(dial.trial);
    this.#dialEnded(dial, error);
  }

  #dialEnded(dial: Dial, error: Error): void {
    const { id: connectionId, health } = dial;
    this.#accounts.dialFailed();
    this.#effects.emit({ kind: 'dialFailed', connectionId, endpoint: health.endpoint, atMs: this.#now(), error });
    this.#effects.add(() => dial.bounded?.cancel(error));
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
    const site = this.#sites.get(health);
    if (!site || site.generation === health.generation) return;
    site.generation = health.generation;
    for (const member of this.members) {
      if (member.health === health && member.generation !== health.generation) this.retire(member, 'unhealthy');
    }
  }

  #moveAway(health: EndpointHealth): void {
    this.failovers += 1;
    const error = new PoolError('E_POOL_DIAL', `${health.endpoint.origin} was declared down while it was dialled`);
    for (const dial of this.#dials) if (dial.health === health) this.#abandon(dial, error);
  }

  #announce({ endpoint, downReason: reason }: EndpointHealth, change: HealthChange): void {
    if (!change) return;
    const atMs = this.#now();
    if (change !== 'up') this.#effects.emit({ kind: 'endpointDown', endpoint, atMs, reason });
    else {
      this.#effects.emit({ kind: 'endpointUp', endpoint, atMs });
      this.#hooks.endpointUp();
    }
  }
}
