import type { WebSocket } from 'ws';
import type { Connection } from './connection.js';
import type { Ledger } from './ledger.js';
import type { StreamMessage, StreamSink } from './venue.js';

/** Unsent bytes at which a client counts as too slow and is cut, as the real venues do. */
const SLOW_CLIENT_BYTES = 8 << 20;

/** The server's side of a venue session: sends over a WebSocket and keeps the ledger. */
export class ConnectionSink implements StreamSink {
  readonly #connection: Connection;
  readonly #ledger: Ledger;
  #socket: WebSocket | null = null;
  /** What the venue asked for before the upgrade was answered. */
  #early: (() => void)[] = [];

  constructor(connection: Connection, ledger: Ledger) {
    this.#connection = connection;
    this.#ledger = ledger;
  }

  /** The upgrade was answered: from now on everything goes out at once, first what had to wait. */
  attach(socket: WebSocket): void {
    this.#socket = socket;
    const early = this.#early;
    this.#early = [];
    for (const action of early) action();
  }

  publish(message: StreamMessage): void {
    this.#whenOpen((socket) => {
      this.#ledger.sent(this.#connection.entry, message);
      this.#send(socket, message.frame);
    });
  }

  reply(text: string): void {
    this.#whenOpen((socket) => {
      this.#send(socket, text);
    });
  }

  acknowledge(text: string): void {
    this.reply(text);
  }

  ping(payload: string): void {
    this.#whenOpen((socket) => {
      this.#ledger.pingSent();
      if (!this.#connection.silenced) socket.ping(payload);
    });
  }

  close(code: number, reason: string): void {
    this.#whenOpen((socket) => {
      this.#connection.endedByExchange();
      this.#ledger.closeSent(code);
      if (!this.#connection.silenced) socket.close(code, reason);
    });
  }

  drop(): void {
    this.#connection.destroy();
  }

  subscribed(stream: string, nextId: number): void {
    this.#whenOpen(() => {
      this.#ledger.subscribed(this.#connection.entry, stream, nextId);
    });
  }

  unsubscribed(stream: string, nextId: number): void {
    if (this.#socket) this.#ledger.unsubscribed(this.#connection.entry, stream, nextId);
    else this.#early.push(() => this.#ledger.unsubscribed(this.#connection.entry, stream, nextId));
  }

  violated(rule: string): void {
    this.#ledger.violated(rule);
  }

  #whenOpen(action: (socket: WebSocket) => void): void {
    const socket = this.#socket;
    if (!socket) {
      this.#early.push(() => {
        this.#whenOpen(action);
      });
    } else if (socket.readyState === socket.OPEN) action(socket);
  }

  // What is lost on a silenced path was sent all the same: that is how messages get lost.
  #send(socket: WebSocket, frame: string | Buffer): void {
    if (this.#connection.silenced) return;
    if (socket.bufferedAmount > SLOW_CLIENT_BYTES) {
      this.#ledger.violated('slow-client');
      this.#connection.destroy();
      return;
    }
    socket.send(frame, { binary: false });
  }
}
