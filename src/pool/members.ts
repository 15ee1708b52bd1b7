import type { Clock } from '../base/index.js';
import type { Home, Member } from './member.js';
import type { PoolSettings } from './settings.js';
import type { Site } from './site.js';

/**
 * The open connections, and which of them takes the next lease. Last in, first out among idle ones by default, so that
 * what the load does not need grows old and can be closed.
 */
export class Members<T> implements Iterable<Member<T>> {
  readonly sites: readonly Site<T>[];
  readonly #onlySite: Site<T> | undefined;
  readonly #order: 'lifo' | 'fifo';
  readonly #spread: boolean;
  readonly #shared: boolean;
  readonly #clock: Clock;
  readonly #open = new Set<Member<T>>();
  #turn = 0;
  #virtual = 0;
  #checking = 0;

  constructor(
    sites: readonly Site<T>[],
    settings: Pick<PoolSettings<T>, 'idleOrder' | 'balance' | 'leasesPerConnection' | 'clock'>,
  ) {
    this.sites = sites;
    this.#onlySite = sites.length === 1 ? sites[0] : undefined;
    this.#order = settings.idleOrder;
    this.#spread = settings.balance === 'leastLoaded';
    this.#shared = settings.leasesPerConnection > 1;
    this.#clock = settings.clock;
  }

  get open(): number {
    return this.#open.size;
  }

  get idle(): number {
    if (this.#onlySite) return this.#onlySite.idle.size;
    return this.sites.reduce((sum, { idle }) => sum + idle.size, 0);
  }

  get checking(): number {
    return this.#checking;
  }

  /** The connection that has been idle for longest. */
  get oldestIdle(): Member<T> | undefined {
    let oldest: Member<T> | undefined;
    for (const { idle } of this.sites) {
      if (idle.bottom && (!oldest || idle.bottom.idleSinceMs < oldest.idleSinceMs)) oldest = idle.bottom;
    }
    return oldest;
  }

  [Symbol.iterator](): Iterator<Member<T>> {
    return this.#open.values();
  }

  add(member: Member<T>): void {
    this.#open.add(member);
  }

  remove(member: Member<T>): void {
    this.#open.delete(member);
    member.list?.remove(member);
    this.checkEnded(member);
  }

  /** A connection has no lease any more, and is on top of the idle ones. */
  rest(member: Member<T>, nowMs: number): void {
    member.idleSinceMs = nowMs;
    member.lastGoodMs = nowMs;
    member.turn = ++this.#turn;
    const { idle } = member.site;
    member.list?.remove(member);
    idle.push(member);
  }

  /** A check has passed: back to where its idle time puts it. */
  restAgain(member: Member<T>, nowMs: number): void {
    member.lastGoodMs = nowMs;
    member.site.idle.insertByIdleTime(member);
  }

  checkBegan(member: Member<T>): void {
    member.list?.remove(member);
    member.checking = true;
    this.#checking += 1;
  }

  checkEnded(member: Member<T>): void {
    if (!member.checking) return;
    member.checking = false;
    this.#checking -= 1;
  }

  /** The connection for the next lease, of any endpoint. */
  next(nowMs: number): Member<T> | undefined {
    return this.#onlySite ? this.#onlySite.leastLoaded(this.#order) : this.#best(nowMs, undefined);
  }

  /** The connection for the next lease, of an endpoint that `accepts` takes; it hears one connection of each. */
  pick(accepts: (member: Member<T>) => boolean): Member<T> | undefined {
    return this.#best(this.#clock.now(), accepts);
  }

  /**
   * Books a lease to its site's share. Shares are virtual time (start-time fair queueing): a site that had nothing to
   * give for a while starts where the others are, and does not catch up on what it missed.
   */
  charge(site: Home<T>, nowMs: number): void {
    this.#virtual = Math.max(this.#virtual, site.share);
    site.share = this.#virtual + 1 / site.health.weightAt(nowMs);
  }

  #best(nowMs: number, accepts: ((member: Member<T>) => boolean) | undefined): Member<T> | undefined {
    let best: Member<T> | undefined;
    for (const site of this.sites) {
      const candidate = site.leastLoaded(this.#order);
      if (!candidate || (accepts && !accepts(candidate))) continue;
      if (!best || this.#goesBefore(candidate, best, nowMs)) best = candidate;
    }
    return best;
  }

  #goesBefore(one: Member<T>, other: Member<T>, nowMs: number): boolean {
    if (this.#spread) return lessLoaded(one.site, other.site, nowMs);
    if (this.#shared && one.load !== other.load) return one.load < other.load;
    return this.#order === 'lifo' ? one.turn > other.turn : one.turn < other.turn;
  }
}

function lessLoaded<T>(one: Home<T>, other: Home<T>, nowMs: number): boolean {
  const oneLoad = one.leases / one.health.weightAt(nowMs);
  const otherLoad = other.leases / other.health.weightAt(nowMs);
  return oneLoad === otherLoad ? one.share < other.share : oneLoad < otherLoad;
}
