import type { Member } from './member.js';

/**
 * The open connections, the idle ones among them on a stack: last in, first out, so that what the load does not need
 * grows old at the bottom and can be closed.
 */
export class Members<T> implements Iterable<Member<T>> {
  readonly #leasesPerConnection: number;
  readonly #open = new Set<Member<T>>();
  #top: Member<T> | undefined;
  #bottom: Member<T> | undefined;
  #idle = 0;
  #checking = 0;

  constructor(leasesPerConnection: number) {
    this.#leasesPerConnection = leasesPerConnection;
  }

  get open(): number {
    return this.#open.size;
  }

  get idle(): number {
    return this.#idle;
  }

  get checking(): number {
    return this.#checking;
  }

  /** The connection that has been idle for longest. */
  get oldestIdle(): Member<T> | undefined {
    return this.#bottom;
  }

  [Symbol.iterator](): Iterator<Member<T>> {
    return this.#open.values();
  }

  add(member: Member<T>): void {
    this.#open.add(member);
  }

  remove(member: Member<T>): void {
    this.#open.delete(member);
    this.unstack(member);
    this.checkEnded(member);
  }

  push(member: Member<T>, nowMs: number): void {
    member.idleSinceMs = nowMs;
    member.stacked = true;
    member.below = this.#top;
    if (this.#top) this.#top.above = member;
    else this.#bottom = member;
    this.#top = member;
    this.#idle += 1;
  }

  unstack(member: Member<T>): void {
    if (!member.stacked) return;
    if (member.above) member.above.below = member.below;
    else this.#top = member.below;
    if (member.below) member.below.above = member.above;
    else this.#bottom = member.above;
    member.above = undefined;
    member.below = undefined;
    member.stacked = false;
    this.#idle -= 1;
  }

  checkBegan(member: Member<T>): void {
    this.unstack(member);
    member.checking = true;
    this.#checking += 1;
  }

  checkEnded(member: Member<T>): void {
    if (!member.checking) return;
    member.checking = false;
    this.#checking -= 1;
  }

  /** The least-loaded connection that can take a lease and that `accepts` takes; among idle ones the last used. */
  pick(accepts: (member: Member<T>) => boolean): Member<T> | undefined {
    for (let member = this.#top; member; member = member.below) if (accepts(member)) return member;
    return this.#leasesPerConnection > 1 ? this.#leastLoaded(accepts) : undefined;
  }

  #leastLoaded(accepts: (member: Member<T>) => boolean): Member<T> | undefined {
    let best: Member<T> | undefined;
    for (const member of this.#open) {
      const load = member.leases.size;
      if (member.checking || member.retiring || load >= this.#leasesPerConnection) continue;
      if ((!best || load < best.leases.size) && accepts(member)) best = member;
    }
    return best;
  }
}
