import type { Clock, TimerHandle } from '../base/index.js';
import { FAULTS, type Fault } from '../link/index.js';
import type { Connection } from './connection.js';
import type { Endpoint } from './endpoint.js';
import type { Ledger } from './ledger.js';
import type { FaultKind, FaultPlan } from './protocol.js';

const faults: Readonly<Record<FaultKind, Fault>> = FAULTS;

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
    for (const plan of plans)
      if (!this.#endpoints[plan.endpoint]) throw new RangeError(`fault ${plan.id}: no endpoint ${plan.endpoint}`);
    for (const plan of plans) this.#at(plan.atMs, () => this.#inject(plan));
  }

  /** Applies the faults that last to a connection just accepted. Returns whether one of them took it. */
  meet(endpoint: number, connection: Connection): boolean {
    let taken = false;
    for (const active of this.#active) {
      if (active.plan.endpoint !== endpoint || !active.fault.newcomer) continue;
      this.#catch(active, connection);
      if (!taken) active.fault.newcomer(connection);
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
    const endpoint = this.#endpoints[plan.endpoint];
    if (!endpoint) return;
    const active: ActiveFault = { plan, fault: faults[plan.kind], caught: [] };
    this.#active.add(active);
    this.#ledger.injected(plan);
    for (const connection of endpoint.connections()) this.#catch(active, connection);
    active.fault.inject(endpoint);
    this.#at(this.#clock.now() + plan.durationMs, () => {
      void this.#lift(active, endpoint);
    });
  }

  async #lift(active: ActiveFault, endpoint: Endpoint): Promise<void> {
    this.#active.delete(active);
    try {
      await active.fault.lift(endpoint);
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
