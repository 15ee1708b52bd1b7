import type { Random } from '../../base/index.js';
import type { Ledger } from '../ledger.js';
import type { FaultPlan } from '../protocol.js';
import type { Fault, FaultConnection } from './fault.js';
import type { Postponed } from './postponed.js';
import { Scope } from './scope.js';

export interface ActiveFaultParts {
  readonly plan: FaultPlan;
  readonly fault: Fault;
  readonly postponed: Postponed;
  readonly random: Random;
  readonly ledger: Ledger;
}

/** A fault that lasts, with its scope in front of it and its account in the ledger behind it. */
export class ActiveFault {
  readonly plan: FaultPlan;
  readonly fault: Fault;
  readonly scope: Scope;
  readonly postponed: Postponed;
  readonly #ledger: Ledger;
  readonly #caught = new Set<FaultConnection>();

  constructor({ plan, fault, postponed, random, ledger }: ActiveFaultParts) {
    this.plan = plan;
    this.fault = fault;
    this.postponed = postponed;
    this.#ledger = ledger;
    this.scope = new Scope(plan, random);
  }

  /** Whether the fault hits this connection; asked once for each, since it draws. */
  reaches({ endpoint, entry }: FaultConnection): boolean {
    return this.scope.hits(endpoint, entry.subscriptions.keys());
  }

  /** Something of the connection was hit; from now to the lift the fault lies on it. */
  caught(connection: FaultConnection): void {
    this.touched();
    if (this.#caught.has(connection)) return;
    this.#caught.add(connection);
    this.#ledger.caught(connection.entry);
  }

  /** A request or a message was hit; the connection itself is well. */
  touched(): void {
    this.#ledger.touched(this.plan.id);
  }

  /** The connection is over, with the fault on it. */
  left(connection: FaultConnection): void {
    this.#caught.delete(connection);
  }

  /** The fault lies on no connection any more. */
  release(): void {
    for (const connection of this.#caught) this.#ledger.released(connection.entry);
    this.#caught.clear();
  }
}
