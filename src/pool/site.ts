import type { EndpointHealth } from './endpoint-health.js';
import type { Home, Member } from './member.js';
import { MemberList } from './member-list.js';

/** The open connections to one endpoint that can take a lease, by the number of leases that they carry. */
export class Site<T> implements Home<T> {
  readonly health: EndpointHealth;
  readonly idle = new MemberList<Member<T>>();
  leases = 0;
  share = 0;
  readonly #capacity: number;
  /** Connections with one lease and more, by leases less one; full ones are on no list. */
  readonly #partly: MemberList<Member<T>>[] = [];

  /** `capacity` is the number of leases that one connection carries. */
  constructor(health: EndpointHealth, capacity: number) {
    this.health = health;
    this.#capacity = capacity;
  }

  place(member: Member<T>): void {
    member.list?.remove(member);
    if (member.load === 0) this.idle.push(member);
    else if (member.load < this.#capacity) this.#listOf(member.load).push(member);
  }

  /** The least-loaded connection with room for a lease; among idle ones the last used, or the first. */
  leastLoaded(order: 'lifo' | 'fifo'): Member<T> | undefined {
    const idle = order === 'lifo' ? this.idle.top : this.idle.bottom;
    if (idle || this.#partly.length === 0) return idle;
    return this.#partly.find(({ size }) => size > 0)?.top;
  }

  #listOf(load: number): MemberList<Member<T>> {
    while (this.#partly.length < load) this.#partly.push(new MemberList<Member<T>>());
    return this.#partly[load - 1] ?? this.idle;
  }
}
