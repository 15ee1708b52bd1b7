import type { AcquireOutcome } from './accounts.js';
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

  constructor(settings: PoolSettings<T>, supply: Supply<T>, policy: DialPolicy, handOver: HandOver<T>) {
    this.#settings = settings;
    this.#supply = supply;
    this.#policy = policy;
    this.#handOver = handOver;
  }

  /** Leases that dials and checks under way will bring if they succeed. */
  get coming(): number {
    return this.#supply.dialing * this.#settings.leasesPerConnection + this.#supply.members.checking;
  }

  /** Serves waiters in their order. A connection that must be checked first is checked on behalf of one of them. */
  serve(newcomer: Waiter<T> | undefined): void {
    const { members, checks } = this.#supply;
    const now = this.#settings.clock.now();
    for (const waiter of this.queue) {
      const member =
        waiter.avoid.length === 0 ? members.next(now) : members.pick((candidate) => this.#suits(waiter, candidate));
      if (!member) {
        if (waiter.avoid.length === 0) return;
      } else if (!checks.neededFor(member, now)) {
        this.#handOver(waiter, member, this.#outcome(waiter, member, newcomer));
      } else if (!waiter.checking) {
        waiter.checking = true;
        this.#checkedFor.set(member, waiter);
        this.#supply.check(member);
      }
    }
  }

  /** The check is over and the connection idle or closed; call before serving. */
  checkEnded(member: Member<T>): void {
    const waiter = this.#checkedFor.get(member);
    this.#checkedFor.delete(member);
    if (!waiter) return;
    waiter.checking = false;
    const good = !member.closed && waiter.queued && this.queue.first === waiter;
    if (good) this.#handOver(waiter, member, 'direct');
  }

  /** Starts the dials that waiters and the wanted number of connections call for; returns when to look again. */
  dial(fillTarget: number): number {
    const now = this.#settings.clock.now();
    const { endpoints, members } = this.#supply;
    const wanted = Math.max(fillTarget, this.keepMin ? this.#settings.min : 0);
    const againMs = this.#dialForWaiters(now);
    while (this.#supply.room > 0 && members.open + this.#supply.reliableDials(now) < wanted) {
      const health = endpoints.choose(now, []);
      if (!health) break;
      this.#supply.dial(health);
    }
    const needed = this.queue.size > 0 || members.open < wanted;
    const wanting = needed || this.keepMin;
    if (wanting) this.#dialTrials(now, needed);
    if (this.#supply.room <= 0) return wanting ? endpoints.nextTrialChangeMs(now, needed) : endpoints.nextTrialPassMs();
    const overdueMs = needed ? this.#supply.nextOverdueMs(now) : NEVER;
    return Math.min(againMs, overdueMs, wanting ? endpoints.nextChangeMs(now, needed) : NEVER);
  }

  #dialForWaiters(now: number): number {
    const { endpoints, members } = this.#supply;
    if (this.#supply.room <= 0 || this.queue.size === 0) return NEVER;
    const { leasesPerConnection } = this.#settings;
    const slots = (members.open - members.idle - members.checking) * leasesPerConnection;
    let covered = this.#supply.reliableDials(now) * leasesPerConnection;
    let position = 0;
    for (const waiter of this.queue) {
      if (waiter.checking) continue;
      if (covered > 0) {
        covered -= 1;
        continue;
      }
      if (this.#supply.room <= 0) break;
      if (this.#policy.holds(this.#supply.dialing)) {
        const holdUntilMs = this.#policy.holdUntilMs(waiter.sinceMs, position, slots, now);
        if (holdUntilMs > now) return holdUntilMs;
      }
      position += 1;
      const health = endpoints.choose(now, waiter.avoid);
      if (!health) break;
      this.#supply.dial(health);
      covered += leasesPerConnection - 1;
    }
    return NEVER;
  }

  #dialTrials(now: number, needed: boolean): void {
    for (;;) {
      const health = this.#supply.endpoints.chooseTrial(now, needed);
      if (!health) return;
      // A pool that is full of connections to other endpoints would never try this one again.
      if (this.#supply.room <= 0) this.#supply.makeRoom();
      if (this.#supply.room <= 0) return;
      this.#supply.dial(health);
    }
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
