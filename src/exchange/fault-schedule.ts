import type { Clock, Random, TimerHandle } from '../base/index.js';
import {
  ActiveFault,
  type ActiveFaults,
  checkPlan,
  createFault,
  type FaultEndpoint,
  type FaultGround,
  Postponed,
} from './faults/index.js';
import type { Ledger } from './ledger.js';
import type { FaultPlan } from './protocol.js';

export interface FaultScheduleParts {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly endpoints: readonly FaultEndpoint[];
  /** Where faults are while they last. */
  readonly active: ActiveFaults;
  readonly ground: FaultGround;
  /** Draws the shares; each fault has a stream of its own, by its id. */
  readonly random: Random;
}

/** Injects and lifts the planned faults of a site at their times, and stamps in the ledger when they took effect. */
export class FaultSchedule {
  readonly #parts: FaultScheduleParts;
  readonly #timers = new Set<TimerHandle>();
  #closed = false;

  constructor(parts: FaultScheduleParts) {
    this.#parts = parts;
  }

  /** Plans faults; a time that has passed means now. Throws RangeError, and plans none, when one cannot mean anything. */
  plan(plans: readonly FaultPlan[]): void {
    for (const plan of plans) checkPlan(plan, this.#create(plan).fault.unit, this.#parts.ground);
    for (const plan of plans) this.#at(plan.atMs, () => this.#inject(plan));
  }

  /** Forgets all plans. Faults that last are not lifted: the site is closing. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) this.#parts.clock.clearTimeout(timer);
    this.#timers.clear();
    this.#parts.active.close();
  }

  #create(plan: FaultPlan): ActiveFault {
    const { clock, ledger, random } = this.#parts;
    const postponed = new Postponed(clock);
    const fault = createFault(plan, postponed);
    if (!fault) throw new RangeError(`fault ${plan.id}: no fault ${plan.kind}`);
    return new ActiveFault({ plan, fault, postponed, random: random.fork(plan.id), ledger });
  }

  #inject(plan: FaultPlan): void {
    const { clock, ledger, endpoints, active: lasting } = this.#parts;
    const active = this.#create(plan);
    const targets = endpoints.filter((_, index) => active.scope.covers(index));
    lasting.add(active);
    ledger.injected(plan);
    for (const target of targets) this.#strike(active, target);
    this.#at(clock.now() + plan.durationMs, () => {
      void this.#lift(active, targets);
    });
  }

  #strike(active: ActiveFault, target: FaultEndpoint): void {
    const { fault } = active;
    void Promise.resolve(fault.inject?.(target)).catch(() => {
      // The stamp stays, but what it says did not happen as a whole.
      this.#parts.ledger.violated('fault-not-injected');
    });
    if (!fault.strike) return;
    for (const connection of target.connections())
      if (active.reaches(connection) && fault.strike(connection)) active.caught(connection);
  }

  async #lift(active: ActiveFault, targets: readonly FaultEndpoint[]): Promise<void> {
    const { ledger, active: lasting } = this.#parts;
    lasting.remove(active);
    try {
      for (const target of targets) await active.fault.lift?.(target);
    } catch {
      // The endpoint did not come back: the stamp stays open, which says so.
      ledger.violated('fault-not-lifted');
      return;
    }
    if (this.#closed) return;
    active.release();
    ledger.lifted(active.plan.id);
  }

  #at(atMs: number, callback: () => void): void {
    const { clock } = this.#parts;
    const timer = clock.setTimeout(
      () => {
        this.#timers.delete(timer);
        callback();
      },
      Math.max(0, atMs - clock.now()),
    );
    this.#timers.add(timer);
  }
}
