import type { WireBytes } from './ledger-rows.js';
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
    messagesSent: 0,
    pingsSent: 0,
    pongsReceived: 0,
  };
  readonly #statuses = new Map<string, number>();
  readonly #violations = new Map<string, number>();
  readonly #closeCodes = new Map<string, number>();
  readonly #wires = new Set<WireBytes>();
  #bytesRead = 0;
  #bytesWritten = 0;

  count(counter: Counter): void {
    this.#counters[counter] += 1;
  }

  status(status: number): void {
    increment(this.#statuses, String(status));
  }

  violation(rule: string): void {
    increment(this.#violations, rule);
  }

  closeCode(code: number): void {
    increment(this.#closeCodes, String(code));
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
      responsesByStatus: Object.fromEntries(this.#statuses),
      bytesRead,
      bytesWritten,
      violations: Object.fromEntries(this.#violations),
      closesByCode: Object.fromEntries(this.#closeCodes),
    };
  }
}

function increment(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
