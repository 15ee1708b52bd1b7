import type { EndpointHealth } from './endpoint-health.js';
import type { Home, Member } from './member.js';
import { MemberList } from './member-list.js';

/** The open connections to one endpoint that can take a lease, by the number of leases that they carry. */
export class Site<T> implements Home<T> {
  readonly health: EndpointHealth;
  readonly idle = new MemberList<Member<T>>();
  leases = 0;
  share = 0;
  /** The endpoint's generation, older than which every connection has been retired. */
  generation = 0;
  readonly #capacityOf: (connection: T) => number;
  /** Connections with one lease and more, by leases less one; full ones are on no list. */
  readonly #partly: MemberList<Member<T>>[] = [];
  /** Every one of these lists below this index is empty. */
  #lowest = 0;
  /** Those past their lifetime that lend on. */
  readonly #aged = new MemberList<Member<T>>();

  /** `capacityOf` tells how many leases a connection carries now. */
  constructor(health: EndpointHealth, capacityOf: (connection: T) => number) {
    this.health = health;
    this.#capacityOf = capacityOf;
  }

  place(member: Member<T>): void {
    member.list?.remove(member);
    if (member.load === 0) this.idle.push(member);
    else if (member.load < this.#capacityOf(member.connection)) this.#listOf(member).push(member);
  }

  /**
   * The least-loaded connection with room for a lease; among idle ones the last used, or the first; one past its
   * lifetime if there is no other.
   */
  leastLoaded(order: 'lifo' | 'fifo'): Member<T> | undefined {
    const idle = order === 'lifo' ? this.idle.top : this.idle.bottom;
    if (idle || this.#partly.length === 0) return idle;
    while (this.#lowest < this.#partly.length && this.#partly[this.#lowest]?.size === 0) this.#lowest += 1;
    return this.#partly[this.#lowest]?.top ?? this.#aged.top;
  }

  #listOf({ load, aged }: Member<T>): MemberList<Member<T>> {
    while (this.#partly.length < load) this.#partly.push(new MemberList<Member<T>>());
    if (aged) return this.#aged;
    this.#lowest = Math.min(this.#lowest, load - 1);
    return this.#partly[load - 1] ?? this.idle;
  }
}
