import type { Clock, TimerHandle } from '../base/index.js';
import { FAULTS, type Fault } from '../link/index.js';
import type { Connection } from './connection.js';
import type { Endpoint } from './endpoint.js';
import type { Ledger } from './ledger.js';
import type { FaultKind, FaultPlan } from './protocol.js';

const faults: Readonly<Partial<Record<FaultKind, Fault>>> = FAULTS;

interface ActiveFault {
  readonly plan: FaultPlan;
  readonly fault: Fault;
  readonly caught: Connection[];
}

/** Injects and lifts the planned faults of a site at their times, and stamps in the ledger when they took effect. */
export class FaultSchedule {
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #endpoints: readonly Endpoint[];
  readonly #timers = new Set<TimerHandle>();
  readonly #active = new Set<ActiveFault>();
  #closed = false;

  constructor(clock: Clock, ledger: Ledger, endpoints: readonly Endpoint[]) {
    this.#clock = clock;
    this.#ledger = ledger;
    this.#endpoints = endpoints;
  }

  /** Plans faults; a time that has passed means now. Throws RangeError when a plan names no endpoint of the site. */
  plan(plans: readonly FaultPlan[]): void {
    for (const plan of plans) {
      if (plan.endpoint !== null && !this.#endpoints[plan.endpoint])
        throw new RangeError(`fault ${plan.id}: no endpoint ${plan.endpoint}`);
      if (!faults[plan.kind]) throw new RangeError(`fault ${plan.id}: no fault ${plan.kind}`);
    }
    for (const plan of plans) this.#at(plan.atMs, () => this.#inject(plan));
  }

  /** Applies the faults that last to a connection just accepted. Returns whether one of them took it. */
  meet(endpoint: number, connection: Connection): boolean {
    let taken = false;
    for (const active of this.#active) {
      const { plan, fault } = active;
      if ((plan.endpoint !== null && plan.endpoint !== endpoint) || !fault.newcomer) continue;
      this.#catch(active, connection);
      if (!taken) fault.newcomer(connection);
      taken = true;
    }
    return taken;
  }

  /** Forgets all plans. Faults that last are not lifted: the site is closing. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
    this.#timers.clear();
  }

  #inject(plan: FaultPlan): void {
    const fault = faults[plan.kind];
    if (!fault) return;
    const targets = this.#endpoints.filter((_, index) => plan.endpoint === null || plan.endpoint === index);
    const active: ActiveFault = { plan, fault, caught: [] };
    this.#active.add(active);
    this.#ledger.injected(plan);
    for (const target of targets) {
      for (const connection of target.connections()) this.#catch(active, connection);
      fault.inject(target);
    }
    this.#at(this.#clock.now() + plan.durationMs, () => {
      void this.#lift(active, targets);
    });
  }

  async #lift(active: ActiveFault, targets: readonly Endpoint[]): Promise<void> {
    this.#active.delete(active);
    try {
      for (const target of targets) await active.fault.lift(target);
    } catch {
      // The endpoint did not come back: the stamp stays open, which says so.
      this.#ledger.violated('fault-not-lifted');
      return;
    }
    if (this.#closed) return;
    for (const connection of active.caught) this.#ledger.released(connection.entry);
    this.#ledger.lifted(active.plan.id);
  }

  #catch(active: ActiveFault, connection: Connection): void {
    active.caught.push(connection);
    this.#ledger.caught(connection.entry);
    this.#ledger.touched(active.plan.id);
  }

  #at(atMs: number, callback: () => void): void {
    const timer = this.#clock.setTimeout(
      () => {
        this.#timers.delete(timer);
        callback();
      },
      Math.max(0, atMs - this.#clock.now()),
    );
    this.#timers.add(timer);
  }
}
