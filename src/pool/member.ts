import type { CloseReason } from './accounts.js';
import type { EndpointHealth } from './endpoint-health.js';
import type { MemberList } from './member-list.js';

/** What a connection knows of a lease that is out. */
export interface OpenLease {
  readonly id: number;
  readonly beganMs: number;
  /** Reported as held too long. */
  leaked: boolean;
}

/** What a connection knows of its place among those to the same endpoint. */
export interface Home<T> {
  readonly health: EndpointHealth;
  /** Idle connections. */
  readonly idle: MemberList<Member<T>>;
  /** Leases out. */
  leases: number;
  /** Virtual time of the next lease, for turns among endpoints that are equally loaded. */
  share: number;
  /** Puts a connection on the list that its load says; call after every change of it. */
  place(member: Member<T>): void;
}

/** One open connection of a pool. Its place is derived: on a list (idle, or room for more leases), leased, or checked. */
export class Member<T> {
  readonly id: number;
  readonly connection: T;
  readonly site: Home<T>;
  readonly health: EndpointHealth;
  readonly openedAtMs: number;
  /** The endpoint's generation that it was dialled in; what it says about an earlier one is stale. */
  readonly generation: number;
  readonly expiresAtMs: number;
  /** Leases out. */
  load = 0;
  /** The lease out of a connection that carries one, the leases out of one that carries more. */
  lease: OpenLease | undefined;
  leases: Set<OpenLease> | undefined;
  /** Uses begun. */
  uses = 0;
  idleSinceMs: number;
  /** Opened, given back or passed its check. */
  lastGoodMs: number;
  /** When to check it should it be idle then. */
  probeAtMs = Number.POSITIVE_INFINITY;
  checking = false;
  /** Past its lifetime, with leases out that it has not been retired for: lent last. */
  aged = false;
  /** Takes no more leases, and closes for this reason when the last one is back. */
  retiring: CloseReason | undefined;
  closed = false;
  /** Place on a list of its site. */
  list: MemberList<Member<T>> | undefined;
  /** Order in which idle connections of all sites became idle. */
  turn = 0;
  below: Member<T> | undefined;
  above: Member<T> | undefined;

  constructor(
    id: number,
    connection: T,
    site: Home<T>,
    times: { readonly openedAtMs: number; readonly expiresAtMs: number },
  ) {
    this.id = id;
    this.connection = connection;
    this.site = site;
    this.health = site.health;
    this.generation = site.health.generation;
    this.openedAtMs = times.openedAtMs;
    this.expiresAtMs = times.expiresAtMs;
    this.idleSinceMs = times.openedAtMs;
    this.lastGoodMs = times.openedAtMs;
  }

  *leasesOut(): Generator<OpenLease> {
    if (this.lease) yield this.lease;
    if (this.leases) yield* this.leases;
  }

  /** Can it take a lease where it stands? */
  get stacked(): boolean {
    return this.list !== undefined;
  }
}
