import type { AcquireOutcome } from './accounts.js';
import type { PoolEndpoint } from './contracts.js';
import type { DialPolicy } from './dial-policy.js';
import { includes } from './endpoints.js';
import type { Member } from './member.js';
import type { PoolSettings } from './settings.js';
import type { Supply } from './supply.js';
import { type Waiter, WaiterQueue } from './waiter-queue.js';

type HandOver<T> = (waiter: Waiter<T>, member: Member<T>, outcome: AcquireOutcome) => void;

const NEVER = Number.POSITIVE_INFINITY;

/** The demand side of a pool: who is served by which connection, and what must be dialled for the others. */
export class Demand<T> {
  readonly queue = new WaiterQueue<T>();
  /** Keep the minimum open; off until the pool is first used, and when it drains. */
  keepMin = false;
  /** The connection that was opened just now. */
  fresh: Member<T> | undefined;
  readonly #settings: PoolSettings<T>;
  readonly #supply: Supply<T>;
  readonly #policy: DialPolicy;
  readonly #handOver: HandOver<T>;
  /** On whose behalf a connection is being checked. */
  readonly #checkedFor = new Map<Member<T>, Waiter<T>>();
  /** Those checks that a waiter can count on, by the time of their start. */
  readonly #promising = new Map<Member<T>, number>();
  /** The last dials took the last room, so that somebody who waited for another endpoint need not any more. */
  #roomTaken = false;

  constructor(settings: PoolSettings<T>, supply: Supply<T>, policy: DialPolicy, handOver: HandOver<T>) {
    this.#settings = settings;
    this.#supply = supply;
    this.#policy = policy;
    this.#handOver = handOver;
  }

  /** Leases that dials and checks under way will bring if they succeed. */
  get coming(): number {
    return this.#supply.dialing * this.#supply.carries + this.#supply.members.checking;
  }

  /**
   * Serves waiters in their order; `only` one, when it has just come and nothing else has changed. A connection that
   * must be checked first is checked on behalf of one of them.
   */
  serve(only: Waiter<T> | undefined, newcomer: Waiter<T> | undefined): void {
    const now = this.#settings.clock.now();
    // Those before it got what there was when it changed last.
    if (only && !this.#roomTaken && this.#checkedFor.size === 0) {
      this.#serveOne(only, now, newcomer);
      return;
    }
    this.#roomTaken = false;
    let unserved: readonly PoolEndpoint[] | undefined;
    for (let waiter = this.queue.first; waiter;) {
      const { avoid, after }: Waiter<T> = waiter;
      if (avoid !== unserved && !this.#serveOne(waiter, now, newcomer)) {
        if (avoid.length === 0) return;
        unserved = avoid;
      }
      waiter = after;
    }
  }

  /** The check is over and the connection idle or closed; call before serving. */
  checkEnded(member: Member<T>): void {
    const waiter = this.#checkedFor.get(member);
    this.#checkedFor.delete(member);
    this.#promising.delete(member);
    if (!waiter) return;
    waiter.checking = false;
    if (member.closed) return;
    // Known to be good now: whoever is first takes it as it is, or it would be checked again for them.
    for (const first of this.queue) {
      if (!this.#suits(first, member)) continue;
      this.#handOver(first, member, first === waiter ? 'direct' : 'waited');
      return;
    }
  }

  /** Starts the dials that waiters and the wanted number of connections call for; returns when to look again. */
  dial(fillTarget: number): number {
    const now = this.#settings.clock.now();
    const { endpoints, members } = this.#supply;
    const roomBefore = this.#supply.room;
    const wanted = Math.max(fillTarget, this.keepMin ? this.#settings.min : 0);
    // Room that a connection was given up for is the trial's, or the next waiter would take it and another had to go.
    if (this.#supply.roomMade) this.#dialTrials(now, this.queue.size > 0);
    const againMs = this.#dialForWaiters(now);
    this.#dialWhile(now, (dials) => members.open + dials < wanted || (this.keepMin && dials < members.aged));
    const needed = this.queue.size > 0 || members.open < wanted;
    const wanting = needed || this.keepMin;
    if (wanting) this.#dialTrials(now, needed);
    const { room } = this.#supply;
    this.#roomTaken ||= roomBefore > 0 && room <= 0;
    if (room <= 0) {
      return Math.min(againMs, wanting ? endpoints.nextTrialChangeMs(now, needed) : endpoints.nextTrialPassMs());
    }
    const overdueMs = needed ? this.#supply.nextOverdueMs(now) : NEVER;
    return Math.min(againMs, overdueMs, wanting ? endpoints.nextChangeMs(now, needed) : NEVER);
  }

  /** False when there is nothing for this waiter. */
  #serveOne(waiter: Waiter<T>, now: number, newcomer: Waiter<T> | undefined): boolean {
    let member = this.#memberFor(waiter, now);
    // A timer that came too late has not ended it yet.
    while (member?.load === 0 && member.expiresAtMs <= now) {
      this.#supply.expire(member);
      member = this.#memberFor(waiter, now);
    }
    if (!member) return false;
    if (!this.#supply.checks.neededFor(member, now)) {
      this.#handOver(waiter, member, this.#outcome(waiter, member, newcomer));
    } else if (!waiter.checking) {
      waiter.checking = true;
      this.#checkedFor.set(member, waiter);
      this.#promising.set(member, now);
      this.#supply.check(member);
    }
    return true;
  }

  #memberFor(waiter: Waiter<T>, now: number): Member<T> | undefined {
    const { members } = this.#supply;
    if (waiter.avoid.length === 0) return members.next(now);
    return this.#pick(waiter);
  }

  #dialForWaiters(now: number): number {
    if (this.queue.size === 0) return NEVER;
    const { carries } = this.#supply;
    const lateMs = this.#giveUpLateChecks(now);
    const covered = this.#supply.reliableDials(now) * carries + this.#promising.size;
    if (this.queue.size <= covered) return lateMs;
    const againMs = this.#supply.room > 0 ? NEVER : this.#supply.giveUpTrial(now);
    return Math.min(lateMs, againMs, this.#dialFrom(this.#firstBeyond(covered), now));
  }

  // Dials for this waiter and all behind it; returns until when a dial is held back.
  #dialFrom(start: Waiter<T> | undefined, now: number): number {
    const { carries, members, endpoints } = this.#supply;
    const slots = (members.open - members.idle - members.checking) * carries;
    let position = 0;
    let carried = 0;
    for (let waiter = start; waiter && this.#supply.room > 0; waiter = waiter.after) {
      if (carried > 0) {
        carried -= 1;
        continue;
      }
      // Nobody is held back who would be refused a place in the queue then.
      if (this.#policy.holds(this.#supply.dialing) && this.queue.size <= this.#settings.maxPending + this.coming) {
        const holdUntilMs = this.#policy.holdUntilMs(waiter.sinceMs, position, slots, now);
        if (holdUntilMs > now) return holdUntilMs;
      }
      position += 1;
      const health = endpoints.choose(now, waiter.avoid);
      if (!health) break;
      this.#supply.dial(health);
      carried = carries - 1;
    }
    return NEVER;
  }

  /** The waiter behind the first `covered` ones, looked for from the nearer end. */
  #firstBeyond(covered: number): Waiter<T> | undefined {
    let waiter: Waiter<T> | undefined;
    const beyond = this.queue.size - covered;
    if (covered < beyond) {
      waiter = this.queue.first;
      for (let left = covered; left > 0; left -= 1) waiter = waiter?.after;
    } else {
      waiter = this.queue.last;
      for (let left = beyond; left > 1; left -= 1) waiter = waiter?.before;
    }
    return waiter;
  }

  // A check that takes far longer than a dial is not waited for alone. Returns when the next one is late.
  #giveUpLateChecks(now: number): number {
    const { patienceMs } = this.#policy;
    for (const [member, sinceMs] of this.#promising) {
      if (sinceMs + patienceMs > now) return sinceMs + patienceMs;
      this.#promising.delete(member);
    }
    return NEVER;
  }

  #dialWhile(now: number, wanted: (reliableDials: number) => boolean): void {
    while (this.#supply.room > 0 && wanted(this.#supply.reliableDials(now))) {
      const health = this.#supply.endpoints.choose(now, []);
      if (!health) return;
      this.#supply.dial(health);
    }
  }

  #dialTrials(now: number, needed: boolean): void {
    for (;;) {
      const health = this.#supply.endpoints.chooseTrial(now, needed, this.#policy.patienceMs);
      if (!health) return;
      // A pool that is full of connections to other endpoints would never try this one again.
      if (this.#supply.room <= 0) this.#supply.makeRoom();
      if (this.#supply.room <= 0) return;
      this.#supply.dial(health);
    }
  }

  // An idle connection that the waiter does not avoid goes before one that it would have to put up with.
  #pick(waiter: Waiter<T>): Member<T> | undefined {
    const { members } = this.#supply;
    const wanted = members.pick(({ health }) => !includes(waiter.avoid, health.endpoint));
    return wanted ?? members.pick((candidate) => this.#suits(waiter, candidate));
  }

  // Not from an endpoint that the waiter avoids, while there is another.
  #suits(waiter: Waiter<T>, { health }: Member<T>): boolean {
    if (!includes(waiter.avoid, health.endpoint)) return true;
    return !this.#supply.endpoints.hasOther(this.#settings.clock.now(), waiter.avoid, this.#supply.room > 0);
  }

  #outcome(waiter: Waiter<T>, member: Member<T>, newcomer: Waiter<T> | undefined): AcquireOutcome {
    if (waiter === newcomer) return 'direct';
    return member === this.fresh ? 'dialed' : 'waited';
  }
}
