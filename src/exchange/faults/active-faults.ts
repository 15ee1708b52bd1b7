import type { ActiveFault } from './active-fault.js';
import { ConnectionFaults } from './connection-faults.js';
import type { FaultConnection } from './fault.js';
import { MessageFaults } from './message-faults.js';
import { RequestFaults } from './request-faults.js';

/** The faults of a site that last, sorted by what they meet; where there is none, asking costs one comparison. */
export class ActiveFaults {
  readonly connections = new ConnectionFaults();
  readonly requests = new RequestFaults();
  readonly messages = new MessageFaults();
  #active: readonly ActiveFault[] = [];

  add(active: ActiveFault): void {
    this.#set([...this.#active, active]);
  }

  /** The fault meets nothing any more; what it had put off or held back happens now. */
  remove(active: ActiveFault): void {
    if (!this.#active.includes(active)) return;
    this.messages.flush(active);
    this.#set(this.#active.filter((other) => other !== active));
    active.postponed.runAll();
  }

  /** The connection is gone. */
  left(connection: FaultConnection): void {
    if (this.#active.length === 0) return;
    this.messages.left(connection);
    for (const active of this.#active) active.left(connection);
  }

  /** Nothing that was put off happens any more. */
  close(): void {
    for (const { postponed } of this.#active) postponed.forget();
    this.#set([]);
  }

  #set(active: readonly ActiveFault[]): void {
    this.#active = active;
    this.connections.set(active);
    this.requests.set(active);
    this.messages.set(active);
  }
}
