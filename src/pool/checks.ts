import { type Bounded, bounded } from './bounded.js';
import type { Effects } from './effects.js';
import { PoolError } from './errors.js';
import type { Member } from './member.js';
import type { Members } from './members.js';
import type { PoolSettings } from './settings.js';

/** A check may find the connection good or bad (a throw is a no), or not come back in time. */
export type CheckResult = 'good' | 'bad' | 'late';

// A probe comes up to this share of its interval early, so that connections opened together are not probed together.
const PROBE_JITTER = 0.1;

/** Checks of connections that nobody uses: on borrow, and idle probes. A checked connection is on no list. */
export class Checks<T> {
  passed = 0;
  failed = 0;
  readonly #settings: PoolSettings<T>;
  readonly #members: Members<T>;
  readonly #effects: Effects<T>;
  readonly #ended: (member: Member<T>, result: CheckResult) => void;
  readonly #running = new Map<Member<T>, Bounded>();

  /** `ended` hears of each check once, when the connection is not checked any more and on no list; it may be closed. */
  constructor(
    settings: PoolSettings<T>,
    members: Members<T>,
    effects: Effects<T>,
    ended: (member: Member<T>, result: CheckResult) => void,
  ) {
    this.#settings = settings;
    this.#members = members;
    this.#effects = effects;
    this.#ended = ended;
  }

  /** Must an idle connection be checked before it is lent? Not when it was known to be good a moment ago. */
  neededFor(member: Member<T>, nowMs: number): boolean {
    const { factory, checkIdleAfterMs } = this.#settings;
    return factory.check !== undefined && member.load === 0 && nowMs - member.lastGoodMs > checkIdleAfterMs;
  }

  /** Sets the time of an idle connection's next probe and returns it; never without probes. */
  planProbe(member: Member<T>): number {
    const { factory, probeIdleEveryMs, random } = this.#settings;
    if (factory.check === undefined || probeIdleEveryMs === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    member.probeAtMs = member.lastGoodMs + probeIdleEveryMs * (1 - PROBE_JITTER * random.next());
    return member.probeAtMs;
  }

  /** Checks the connection of a trial that nobody waited for: nothing else would end it. Returns whether it does. */
  tryOut(member: Member<T>): boolean {
    const { state, ejected } = member.health;
    const unused = member.stacked && member.load === 0;
    if (this.#settings.factory.check === undefined || state !== 'trial' || ejected || !unused) return false;
    this.begin(member);
    return true;
  }

  begin(member: Member<T>): void {
    const { factory, clock, checkTimeoutMs } = this.#settings;
    this.#members.checkBegan(member);
    const late = new PoolError('E_POOL_TIMEOUT', `check of connection ${member.id} took over ${checkTimeoutMs} ms`);
    this.#effects.add(() => {
      if (member.closed) {
        this.#ended(member, 'bad');
        return;
      }
      const checking = bounded(
        clock,
        { ms: checkTimeoutMs, error: () => late },
        async (signal) => (await factory.check?.(member.connection, signal)) ?? true,
        {
          done: (good) => this.#end(member, good ? 'good' : 'bad'),
          failed: (error) => this.#end(member, error === late ? 'late' : 'bad'),
          late: () => {},
        },
      );
      this.#running.set(member, checking);
    });
  }

  /** Gives up the check of a connection that was closed. */
  cancel(member: Member<T>): void {
    const checking = this.#running.get(member);
    this.#running.delete(member);
    checking?.cancel(new PoolError('E_POOL_CLOSED', `connection ${member.id} was closed while it was checked`));
  }

  #end(member: Member<T>, result: CheckResult): void {
    this.#running.delete(member);
    if (!member.closed) {
      this.#members.checkEnded(member);
      if (result === 'good') this.passed += 1;
      else this.failed += 1;
    }
    this.#ended(member, result);
  }
}
