import type { ErrorKind } from './operation-error.js';

/** One connection as the client claims to have had it; the driver updates it while it lasts. */
export interface ClaimedConnection {
  /** Counts the client's connections from 1. */
  readonly id: number;
  readonly endpoint: number;
  readonly localPort: number;
  readonly carries: 'requests' | 'streams';
  /** False: given up or refused before the client knew of a TCP connection; the exchange may have seen one or not. */
  readonly connected: boolean;
  /** Null when it never became usable. */
  openedAtMs: number | null;
  closedAtMs: number | null;
  requestsSent: number;
  responsesReceived: number;
}

/** What a driver writes its claims to. Endpoints are numbered as the driver was given them, from 0. */
export interface ClaimsBook {
  /** Adds a connection that was dialled, usable or not. */
  connection(facts: Omit<ClaimedConnection, 'id'>): ClaimedConnection;
  /** One request was sent, or could not be; `again` says that it repeats an earlier try of its operation. */
  attempt(failure: ErrorKind | null, again: boolean): void;
  /** The venue acknowledged a subscription. */
  subscriptionAcknowledged(): void;
  /** The client gave a connection or an endpoint up as dead. */
  declaredDead(endpoint: number, atMs: number): void;
  /** How to read how often work moved from an endpoint that was declared dead to another one. */
  countFailovers(read: () => number): void;
}

/** What a client says it did. Drivers write it, the witness compares it with the exchange's ledger. */
export class Claims implements ClaimsBook {
  readonly #rows = new Set<ClaimedConnection>();
  #nextId = 1;
  #attempts = 0;
  #attemptFailures = 0;
  #retries = 0;
  #subscriptionsAcknowledged = 0;
  readonly #failovers: (() => number)[] = [];
  readonly #declaredDead: { endpoint: number; atMs: number }[] = [];
  readonly #attemptErrors: Partial<Record<ErrorKind, number>> = {};

  /** The book of a driver whose endpoints are those of the exchange from number `first` on. */
  from(first: number): ClaimsBook {
    return {
      connection: (facts) => this.connection({ ...facts, endpoint: facts.endpoint + first }),
      attempt: (failure, again) => {
        this.attempt(failure, again);
      },
      subscriptionAcknowledged: () => {
        this.subscriptionAcknowledged();
      },
      declaredDead: (endpoint, atMs) => {
        this.declaredDead(endpoint + first, atMs);
      },
      countFailovers: (read) => {
        this.countFailovers(read);
      },
    };
  }

  connection(facts: Omit<ClaimedConnection, 'id'>): ClaimedConnection {
    const row = { id: this.#nextId++, ...facts };
    this.#rows.add(row);
    return row;
  }

  attempt(failure: ErrorKind | null, again: boolean): void {
    this.#attempts += 1;
    if (again) this.#retries += 1;
    if (failure === null) return;
    this.#attemptFailures += 1;
    this.#attemptErrors[failure] = (this.#attemptErrors[failure] ?? 0) + 1;
  }

  subscriptionAcknowledged(): void {
    this.#subscriptionsAcknowledged += 1;
  }

  declaredDead(endpoint: number, atMs: number): void {
    this.#declaredDead.push({ endpoint, atMs });
  }

  countFailovers(read: () => number): void {
    this.#failovers.push(read);
  }

  /** Counters so far, and the connections that are open or were closed since the last reading. */
  read(): ClaimsReading {
    const connections = structuredClone([...this.#rows]);
    for (const row of this.#rows) if (row.closedAtMs !== null) this.#rows.delete(row);
    return {
      attempts: this.#attempts,
      attemptFailures: this.#attemptFailures,
      attemptErrors: { ...this.#attemptErrors },
      retries: this.#retries,
      failovers: this.#failovers.reduce((sum, read) => sum + read(), 0),
      subscriptionsAcknowledged: this.#subscriptionsAcknowledged,
      declaredDead: this.#declaredDead.splice(0),
      connections,
    };
  }
}

export interface ClaimsReading {
  readonly attempts: number;
  readonly attemptFailures: number;
  readonly attemptErrors: Readonly<Partial<Record<ErrorKind, number>>>;
  readonly retries: number;
  readonly failovers: number;
  readonly subscriptionsAcknowledged: number;
  /** Since the last reading. */
  readonly declaredDead: readonly { readonly endpoint: number; readonly atMs: number }[];
  readonly connections: readonly Readonly<ClaimedConnection>[];
}
