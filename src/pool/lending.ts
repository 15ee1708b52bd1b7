import type { ConnectionAccounts } from './accounts.js';
import type { ReleaseOutcome } from './contracts.js';
import type { DialPolicy } from './dial-policy.js';
import { foreignLease, releasedBefore } from './errors.js';
import type { LeakWatch } from './leak-watch.js';
import { type LeaseHome, PoolLease } from './lease.js';
import type { Member } from './member.js';
import type { Members } from './members.js';
import type { PoolSettings } from './settings.js';
import { publishReleased, released } from './traffic.js';

/** What the pool does with a connection whose lease has come back. */
export interface LendingHooks<T> {
  /** All is well with it: it can take another lease at once. */
  freed(member: Member<T>, nowMs: number): void;
  /** Anything else: it may be closed or at its end, or its use went badly. */
  returned(member: Member<T>, outcome: ReleaseOutcome, nowMs: number): void;
  /** A use that lasts goes well, of an endpoint to which this is news. */
  confirmed(member: Member<T>): void;
}

/** What a lease that goes out or comes back is booked with. */
export interface LendingParts<T> {
  readonly accounts: ConnectionAccounts;
  readonly policy: DialPolicy;
  readonly members: Members<T>;
  readonly leaks: LeakWatch<T> | undefined;
}

/** Gives leases out and takes them back, and books both. This is the path that every use takes, so it stays short. */
export class Lending<T> implements LeaseHome<T> {
  readonly name: string;
  /** Leases out, those of connections that have closed included. */
  out = 0;
  readonly #settings: PoolSettings<T>;
  readonly #accounts: ConnectionAccounts;
  readonly #policy: DialPolicy;
  readonly #members: Members<T>;
  readonly #leaks: LeakWatch<T> | undefined;
  readonly #hooks: LendingHooks<T>;
  readonly #exclusive: boolean;
  /** Books whose turn it was, where leases are spread over endpoints. */
  readonly #shares: Members<T> | undefined;
  #ids = 0;

  constructor(
    settings: PoolSettings<T>,
    { accounts, policy, members, leaks }: LendingParts<T>,
    hooks: LendingHooks<T>,
  ) {
    this.name = settings.name;
    this.#settings = settings;
    this.#accounts = accounts;
    this.#policy = policy;
    this.#members = members;
    this.#leaks = leaks;
    this.#hooks = hooks;
    this.#exclusive = settings.leasesPerConnection === 1;
    this.#shares = settings.balance === 'leastLoaded' ? members : undefined;
  }

  /** A new lease of a connection that has room for it; the caller books how the acquire ended. */
  lend(member: Member<T>, nowMs: number): PoolLease<T> {
    const lease = new PoolLease(++this.#ids, member, nowMs, this);
    const { site } = member;
    member.uses += 1;
    member.load += 1;
    site.leases += 1;
    if (this.#exclusive) {
      member.lease = lease;
      member.list?.remove(member);
    } else {
      (member.leases ??= new Set()).add(lease);
      site.place(member);
    }
    this.#shares?.charge(site, nowMs);
    if (this.out === 0) this.#policy.stirredAtMs = nowMs;
    this.out += 1;
    this.#leaks?.lent(nowMs);
    return lease;
  }

  takeBack(lease: PoolLease<T>, told: ReleaseOutcome | undefined): void {
    const { member, notes } = lease;
    const now = this.#settings.clock.now();
    this.out -= 1;
    if (notes?.leaked) this.#leaks?.ended(lease, member, now);
    // The uses of a connection ended with it, if it closed first.
    if (member.closed) this.#forget(lease, member);
    else this.#end(lease, member, now);
    if (told === undefined && notes === undefined && goesOn(member, now)) {
      member.health.goodAnswers += 1;
      this.#hooks.freed(member, now);
    } else this.#hooks.returned(member, told ?? notes?.outcome ?? {}, now);
    if (released.hasSubscribers) publishReleased(this.name, lease, now - lease.beganMs);
  }

  /** @throws {PoolError} E_POOL_RELEASED when it is a lease of another pool, or none */
  own(lease: unknown): PoolLease<T> {
    if (lease instanceof PoolLease && lease.home === this) return lease as PoolLease<T>;
    throw foreignLease(this.name, lease, lease instanceof PoolLease ? lease.home : undefined);
  }

  /** @throws {PoolError} E_POOL_RELEASED when it was released before, or is not this pool's */
  held(lease: unknown): PoolLease<T> {
    const own = this.own(lease);
    if (own.released) throw releasedBefore(own);
    return own;
  }

  confirm({ member }: PoolLease<T>): void {
    if (!member.closed && member.health.troubled) this.#hooks.confirmed(member);
  }

  #forget(lease: PoolLease<T>, member: Member<T>): void {
    if (this.#exclusive) member.lease = undefined;
    else member.leases?.delete(lease);
    if (this.#exclusive || member.leases?.size === 0) this.#members.forget(member);
  }

  #end(lease: PoolLease<T>, member: Member<T>, nowMs: number): void {
    if (this.#exclusive) member.lease = undefined;
    else member.leases?.delete(lease);
    member.load -= 1;
    member.site.leases -= 1;
    const useMs = nowMs - lease.beganMs;
    this.#accounts.useEnded(useMs, nowMs);
    this.#policy.used(useMs, nowMs);
  }
}

// Nothing about the connection or its endpoint has to be looked after.
function goesOn<T>({ closed, retiring, expiresAtMs, health }: Member<T>, nowMs: number): boolean {
  return !closed && !retiring && !health.troubled && nowMs < expiresAtMs;
}
