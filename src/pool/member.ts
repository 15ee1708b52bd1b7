import type { CloseReason } from './accounts.js';
import type { EndpointHealth } from './endpoint-health.js';

/** What a connection knows of a lease that is out. */
interface OpenLease {
  readonly beganMs: number;
}

/** One open connection of a pool. Its place is derived: leased, being checked, or idle. */
export class Member<T> {
  readonly id: number;
  readonly connection: T;
  readonly health: EndpointHealth;
  readonly openedAtMs: number;
  /** The endpoint's generation that it was dialled in; what it says about an earlier one is stale. */
  readonly generation: number;
  readonly expiresAtMs: number;
  readonly leases = new Set<OpenLease>();
  /** Uses begun. */
  uses = 0;
  idleSinceMs: number;
  checking = false;
  /** Takes no more leases, and closes for this reason when the last one is back. */
  retiring: CloseReason | undefined;
  closed = false;
  /** Place on the idle stack. */
  stacked = false;
  below: Member<T> | undefined;
  above: Member<T> | undefined;

  constructor(
    id: number,
    connection: T,
    health: EndpointHealth,
    times: { readonly openedAtMs: number; readonly expiresAtMs: number },
  ) {
    this.id = id;
    this.connection = connection;
    this.health = health;
    this.generation = health.generation;
    this.openedAtMs = times.openedAtMs;
    this.expiresAtMs = times.expiresAtMs;
    this.idleSinceMs = times.openedAtMs;
  }
}
