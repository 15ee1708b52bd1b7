import type { AcquireOutcome } from './accounts.js';
import type { DialPolicy } from './dial-policy.js';
import { includes } from './endpoints.js';
import type { Member } from './member.js';
import type { PoolSettings } from './settings.js';
import type { Supply } from './supply.js';
import { type Waiter, WaiterQueue } from './waiter-queue.js';

type HandOver<T> = (waiter: Waiter<T>, member: Member<T>, outcome: AcquireOutcome) => void;

/** Brings waiters and connections together: who is served by what, and what must be dialled for the others. */
export class Dispatcher<T> {
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

  /** A connection to lend at once; none when somebody waits or it would have to be checked. */
  takeReady(): Member<T> | undefined {
    if (this.queue.size > 0) return undefined;
    const member = this.#supply.members.pick(() => true);
    return member && !this.#needsCheck(member) ? member : undefined;
  }

  /** Serves waiters in their order. A connection that must be checked first is checked on behalf of one of them. */
  serve(newcomer: Waiter<T> | undefined): void {
    for (const waiter of this.queue) {
      const member = this.#supply.members.pick((candidate) => this.#suits(waiter, candidate));
      if (!member) {
        if (waiter.avoid.length === 0) return;
      } else if (!this.#needsCheck(member)) {
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
    const holdUntilMs = this.#dialForWaiters(now);
    while (this.#supply.room > 0 && members.open + endpoints.reliableDials < wanted) {
      const health = endpoints.choose(now, []);
      if (!health) break;
      this.#supply.dial(health);
    }
    const needed = this.queue.size > 0 || members.open < wanted;
    if (needed || this.keepMin) this.#dialTrials(now, needed);
    if (this.#supply.room <= 0) return endpoints.nextTrialPassMs();
    return Math.min(
      holdUntilMs,
      needed || this.keepMin ? endpoints.nextChangeMs(now, needed) : Number.POSITIVE_INFINITY,
    );
  }

  #dialForWaiters(now: number): number {
    const { endpoints, members } = this.#supply;
    if (this.#supply.room <= 0 || this.queue.size === 0) return Number.POSITIVE_INFINITY;
    const { leasesPerConnection } = this.#settings;
    const busy = (members.open - members.idle - members.checking) * leasesPerConnection;
    let covered = endpoints.reliableDials * leasesPerConnection;
    let position = 0;
    for (const waiter of this.queue) {
      if (waiter.checking) continue;
      if (covered > 0) {
        covered -= 1;
        continue;
      }
      if (this.#supply.room <= 0) break;
      const holdUntilMs = this.#policy.holdUntilMs(waiter.sinceMs, position, busy);
      position += 1;
      if (holdUntilMs > now) return holdUntilMs;
      const health = endpoints.choose(now, waiter.avoid);
      if (!health) break;
      this.#supply.dial(health);
      covered += leasesPerConnection - 1;
    }
    return Number.POSITIVE_INFINITY;
  }

  #dialTrials(now: number, needed: boolean): void {
    while (this.#supply.room > 0) {
      const health = this.#supply.endpoints.chooseTrial(now, needed);
      if (!health) return;
      this.#supply.dial(health);
    }
  }

  #suits(waiter: Waiter<T>, { health }: Member<T>): boolean {
    if (!includes(waiter.avoid, health.endpoint)) return true;
    return !this.#supply.endpoints.hasOther(this.#settings.clock.now(), waiter.avoid, this.#supply.room > 0);
  }

  #needsCheck(member: Member<T>): boolean {
    const { factory, clock, checkIdleAfterMs } = this.#settings;
    return factory.check !== undefined && member.stacked && clock.now() - member.idleSinceMs > checkIdleAfterMs;
  }

  #outcome(waiter: Waiter<T>, member: Member<T>, newcomer: Waiter<T> | undefined): AcquireOutcome {
    if (waiter === newcomer) return 'direct';
    return member === this.fresh ? 'dialed' : 'waited';
  }
}
