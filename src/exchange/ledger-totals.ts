import type { WireBytes } from './ledger-rows.js';
import { NamedCounters } from './named-counters.js';
import type { LedgerCounts } from './protocol.js';

type Counter = Exclude<
  keyof LedgerCounts,
  'responsesByStatus' | 'violations' | 'closesByCode' | 'bytesRead' | 'bytesWritten'
>;

/** The counters of a ledger. They only grow. */
export class LedgerTotals {
  readonly #counters: Record<Counter, number> = {
    accepted: 0,
    handshakesFull: 0,
    handshakesResumed: 0,
    cutInHandshake: 0,
    closedByClient: 0,
    closedByExchange: 0,
    closedByFault: 0,
    requests: 0,
    responses: 0,
    reusedRequests: 0,
    upgrades: 0,
    upgradesRefused: 0,
    subscribes: 0,
    unsubscribes: 0,
    subscriptionsLost: 0,
    messagesSent: 0,
    unsentWhileDown: 0,
    withheld: 0,
    pingsSent: 0,
    pongsReceived: 0,
  };
  readonly #statuses: NamedCounters;
  readonly #violations: NamedCounters;
  readonly #closeCodes: NamedCounters;
  readonly #wires = new Set<WireBytes>();
  #bytesRead = 0;
  #bytesWritten = 0;

  /** At most `nameBound` names of each sort have a counter of their own. */
  constructor(nameBound: number) {
    this.#statuses = new NamedCounters(nameBound);
    this.#violations = new NamedCounters(nameBound);
    this.#closeCodes = new NamedCounters(nameBound);
  }

  get names(): number {
    return this.#statuses.size + this.#violations.size + this.#closeCodes.size;
  }

  count(counter: Counter): void {
    this.#counters[counter] += 1;
  }

  status(status: number): void {
    this.#statuses.count(String(status));
  }

  violation(rule: string): void {
    this.#violations.count(rule);
  }

  closeCode(code: number): void {
    this.#closeCodes.count(String(code));
  }

  wireOpened(wire: WireBytes): void {
    this.#wires.add(wire);
  }

  wireClosed(wire: WireBytes): void {
    if (!this.#wires.delete(wire)) return;
    this.#bytesRead += wire.bytesRead;
    this.#bytesWritten += wire.bytesWritten;
  }

  view(): LedgerCounts {
    let bytesRead = this.#bytesRead;
    let bytesWritten = this.#bytesWritten;
    for (const wire of this.#wires) {
      bytesRead += wire.bytesRead;
      bytesWritten += wire.bytesWritten;
    }
    return {
      ...this.#counters,
      responsesByStatus: this.#statuses.view(),
      bytesRead,
      bytesWritten,
      violations: this.#violations.view(),
      closesByCode: this.#closeCodes.view(),
    };
  }
}
