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
  /** Past their lifetime, lending on, and not yet replaced. */
  readonly #aged = new Set<Member<T>>();
  /** Closed, with leases that have not come back. */
  readonly #departed = new Set<Member<T>>();
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

  /** Connections past their lifetime that lend on until another is open. */
  get aged(): number {
    return this.#aged.size;
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
    if (member.load > 0) this.#departed.add(member);
    this.withdraw(member);
    this.checkEnded(member);
  }

  /** A connection takes no more leases. */
  withdraw(member: Member<T>): void {
    member.list?.remove(member);
    this.#aged.delete(member);
  }

  /** All that may have leases out, open or closed. */
  *withLeases(): Generator<Member<T>> {
    yield* this.#open;
    yield* this.#departed;
  }

  /** A connection that closed with leases out has all of them back. */
  forget(member: Member<T>): void {
    this.#departed.delete(member);
  }

  /** A connection is past its lifetime, and carries leases. */
  age(member: Member<T>): void {
    if (member.aged) return;
    member.aged = true;
    this.#aged.add(member);
    if (member.stacked) member.site.place(member);
  }

  /** The first of those past their lifetime, which counts as replaced from now on. */
  takeAged(): Member<T> | undefined {
    const [first] = this.#aged;
    if (first) this.#aged.delete(first);
    return first;
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
    if (one.health.reached !== other.health.reached) return one.health.reached;
    if (isProbe(one) !== isProbe(other)) return isProbe(one);
    if (one.aged !== other.aged) return other.aged;
    if (this.#spread) return lessLoaded(one.site, other.site, nowMs);
    if (this.#shared && one.load !== other.load) return one.load < other.load;
    return this.#order === 'lifo' ? one.turn > other.turn : one.turn < other.turn;
  }
}

// The next use is what an endpoint on trial waits for; others could well keep it waiting for ever.
function isProbe<T>({ health, load }: Member<T>): boolean {
  return health.state === 'trial' && load === 0;
}

function lessLoaded<T>(one: Home<T>, other: Home<T>, nowMs: number): boolean {
  const oneLoad = one.leases / one.health.weightAt(nowMs);
  const otherLoad = other.leases / other.health.weightAt(nowMs);
  return oneLoad === otherLoad ? one.share < other.share : oneLoad < otherLoad;
}
