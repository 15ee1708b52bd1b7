import { SequenceRanges } from '../base/index.js';
import type { LedgerConnection, LedgerSubscription } from './protocol.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Bytes on the wire so far, below TLS. */
export interface WireBytes {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** The client's end of a connection. */
export interface Remote {
  readonly address: string;
  readonly port: number;
}

/** What tells a connection from all others of its site. */
interface Identity {
  readonly endpoint: number;
  readonly remote: Remote;
  /** The how-manieth of this remote at this endpoint, from 0. */
  readonly ordinal: number;
}

/** The account of one subscription while it is kept. */
export class SubscriptionEntry {
  readonly row: Mutable<Omit<LedgerSubscription, 'sent'>>;
  readonly #sent = new SequenceRanges();

  constructor(stream: string, connection: LedgerConnection, startedAtMs: number, fromId: number) {
    const { endpoint, remotePort } = connection;
    this.row = {
      stream,
      endpoint,
      remotePort,
      startedAtMs,
      firstMessageAtMs: null,
      endedAtMs: null,
      endedBy: null,
      fromId,
      untilId: null,
      messagesSent: 0,
    };
  }

  sent(firstId: number, lastId: number, nowMs: number): void {
    this.row.firstMessageAtMs ??= nowMs;
    this.row.messagesSent += 1;
    this.#sent.add(firstId, lastId);
  }

  /** Ends the account. Without a word from the venue, the ids end behind the last one sent. */
  end(by: 'unsubscribe' | 'connection', nowMs: number, nextId?: number): void {
    const last = this.#sent.ranges.at(-1)?.[1];
    this.row.endedAtMs = nowMs;
    this.row.endedBy = by;
    this.row.untilId = nextId ?? (last === undefined ? this.row.fromId : last + 1);
  }

  view(): LedgerSubscription {
    return { ...this.row, sent: this.#sent.ranges.map(([first, last]) => [first, last] as const) };
  }
}

/** The account of one accepted connection while it is kept. */
export class ConnectionEntry {
  readonly row: Mutable<LedgerConnection>;
  readonly subscriptions = new Map<string, SubscriptionEntry>();
  readonly wire: WireBytes;
  /** Faults that lie on the connection now. */
  faults = 0;
  /** The connection is ending: what the venue says about its subscriptions now is not the client's doing. */
  ending = false;

  constructor({ endpoint, remote, ordinal }: Identity, acceptedAtMs: number, wire: WireBytes) {
    this.wire = wire;
    this.row = {
      endpoint,
      remoteAddress: remote.address,
      remotePort: remote.port,
      ordinal,
      acceptedAtMs,
      readyAtMs: null,
      closedAtMs: null,
      endedBy: null,
      tls: null,
      upgraded: false,
      requests: 0,
      responses: 0,
    };
  }

  get usable(): boolean {
    return this.row.readyAtMs !== null && this.row.closedAtMs === null;
  }
}

/** Rows that ended and wait for the next snapshot. Beyond the bound they are counted and let go. */
export class EndedRows<T> {
  readonly #bound: number;
  #rows: T[] = [];
  #dropped = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  get dropped(): number {
    return this.#dropped;
  }

  add(row: T): void {
    if (this.#rows.length < this.#bound) this.#rows.push(row);
    else this.#dropped += 1;
  }

  /** Hands the rows out, once. */
  take(): T[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}
