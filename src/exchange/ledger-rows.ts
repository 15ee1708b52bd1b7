import type { LedgerConnection, LedgerConnectionRow, LedgerSubscription } from './protocol.js';
import { type RangeBudget, SentRanges } from './sent-ranges.js';

const LONGEST_STREAM = 256;

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

/** When a subscription begins, and with which id. */
interface Begin {
  readonly startedAtMs: number;
  readonly fromId: number;
}

/** The account of one subscription while it is live. */
export class SubscriptionEntry {
  readonly row: Mutable<Omit<LedgerSubscription, 'sent'>>;
  readonly #sent: SentRanges;

  constructor(stream: string, connection: LedgerConnection, begin: Begin, budget: RangeBudget) {
    const { endpoint, remotePort } = connection;
    const { startedAtMs, fromId } = begin;
    this.#sent = new SentRanges(budget);
    this.row = {
      stream: shortened(stream),
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

  sent(firstId: number, lastId: number): void {
    this.row.messagesSent += 1;
    this.#sent.add(firstId, lastId);
  }

  /** Ends the account and hands it out. Without a word from the venue, the ids end behind the last one sent. */
  end(by: 'unsubscribe' | 'connection', nowMs: number, nextId?: number): LedgerSubscription {
    const last = this.#sent.ranges.at(-1)?.[1];
    this.row.endedAtMs = nowMs;
    this.row.endedBy = by;
    this.row.untilId = nextId ?? (last === undefined ? this.row.fromId : last + 1);
    const ended = this.view();
    this.#sent.release();
    return ended;
  }

  view(): LedgerSubscription {
    return { ...this.row, sent: this.#sent.ranges.map(([first, last]) => [first, last] as const) };
  }
}

/** The account of one accepted connection. */
export class ConnectionEntry {
  readonly row: Mutable<LedgerConnectionRow>;
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
      bytesRead: 0,
      bytesWritten: 0,
      subscribes: 0,
    };
  }

  get usable(): boolean {
    return this.row.readyAtMs !== null && this.row.closedAtMs === null;
  }

  /** Takes over the bytes that the socket has carried by now. */
  readWire(): void {
    this.row.bytesRead = this.wire.bytesRead;
    this.row.bytesWritten = this.wire.bytesWritten;
  }

  view(): LedgerConnectionRow {
    this.readWire();
    return { ...this.row };
  }
}

// A name comes from the client, and the row outlives the connection. A mere slice would keep the whole text in memory.
function shortened(stream: string): string {
  return stream.length <= LONGEST_STREAM ? stream : Buffer.from(stream.slice(0, LONGEST_STREAM)).toString();
}
