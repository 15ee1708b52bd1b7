import type { LedgerConnection, LedgerSnapshot, LedgerSubscription } from '../exchange/protocol.js';

/** A subscription without the ids that were sent on it, which would be most of the memory. */
export type ObservedSubscription = Omit<LedgerSubscription, 'sent'>;

const ROW_BOUND = 200_000;

/**
 * The rows of all snapshots of a site, each connection and subscription once, as it was seen last. At most `bound` of
 * each are kept, the first ones; what is beyond is counted, and what is derived from rows is a lower bound then.
 */
export class ObservedRows {
  readonly #bound: number;
  readonly #connections = new Map<string, LedgerConnection>();
  readonly #subscriptions = new Map<string, ObservedSubscription>();
  #dropped = 0;

  constructor(bound = ROW_BOUND) {
    this.#bound = bound;
  }

  /** In order of acceptance. */
  get connections(): LedgerConnection[] {
    return [...this.#connections.values()].toSorted((a, b) => a.acceptedAtMs - b.acceptedAtMs);
  }

  get subscriptions(): ObservedSubscription[] {
    return [...this.#subscriptions.values()];
  }

  /** Rows that ended and were not kept. One that is still open is counted once it has ended. */
  get dropped(): number {
    return this.#dropped;
  }

  add({ connections, subscriptions }: Pick<LedgerSnapshot, 'connections' | 'subscriptions'>): void {
    for (const row of connections) this.#keep(this.#connections, connectionKey(row), row, row.closedAtMs !== null);
    for (const { sent: _sent, ...row } of subscriptions)
      this.#keep(this.#subscriptions, subscriptionKey(row), row, row.endedAtMs !== null);
  }

  #keep<T>(rows: Map<string, T>, key: string, row: T, ended: boolean): void {
    if (rows.size < this.#bound || rows.has(key)) rows.set(key, row);
    else if (ended) this.#dropped += 1;
  }
}

function connectionKey({ endpoint, remoteAddress, remotePort, ordinal }: LedgerConnection): string {
  return `${endpoint} ${remoteAddress} ${remotePort} ${ordinal}`;
}

function subscriptionKey({ stream, endpoint, remotePort, startedAtMs }: ObservedSubscription): string {
  return `${endpoint} ${remotePort} ${startedAtMs} ${stream}`;
}
