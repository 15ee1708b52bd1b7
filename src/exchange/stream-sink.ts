import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Connection } from './connection.js';
import type { ActiveFaults, MessageOutlet } from './faults/index.js';
import { FrameWriter } from './frame-writer.js';
import type { Ledger } from './ledger.js';
import type { StreamMessage, StreamSink } from './venue.js';

/** Unsent bytes at which a client counts as too slow and is cut, as the real venues do. */
const SLOW_CLIENT_BYTES = 8 << 20;

/** The server's side of a venue session: sends over a WebSocket and keeps the ledger. */
export class ConnectionSink implements StreamSink, MessageOutlet {
  readonly connection: Connection;
  readonly #ledger: Ledger;
  readonly #faults: ActiveFaults;
  #socket: WebSocket | null = null;
  #writer: FrameWriter | null = null;
  /** What the venue asked for before the upgrade was answered. */
  #early: (() => void)[] = [];

  constructor(connection: Connection, ledger: Ledger, faults: ActiveFaults) {
    this.connection = connection;
    this.#ledger = ledger;
    this.#faults = faults;
  }

  /** The upgrade of `wire` was answered: from now on everything goes out at once, first what had to wait. */
  attach(socket: WebSocket, wire: Duplex): void {
    this.#socket = socket;
    this.#writer = new FrameWriter(socket, wire);
    const early = this.#early;
    this.#early = [];
    for (const action of early) action();
  }

  publish(message: StreamMessage): void {
    const { messages } = this.#faults;
    if (messages.none) this.deliver(message);
    else
      this.#whenOpen(() => {
        messages.publish(this, message);
      });
  }

  /** Sends a message, past all faults. */
  deliver(message: StreamMessage): void {
    const socket = this.#socket;
    if (!socket) {
      this.#early.push(() => {
        this.deliver(message);
      });
    } else if (socket.readyState === socket.OPEN) {
      this.#ledger.sent(this.connection.entry, message);
      if (this.#canTake(socket)) this.#writer?.send(message);
    }
  }

  withheld(): void {
    this.#ledger.withheld();
  }

  reply(text: string): void {
    this.#whenOpen((socket) => {
      this.#send(socket, text);
    });
  }

  acknowledge(text: string, streams: readonly string[]): void {
    this.#whenOpen((socket) => {
      if (!this.#faults.messages.swallows(this.connection, streams)) this.#send(socket, text);
    });
  }

  ping(payload: string): void {
    this.#whenOpen((socket) => {
      this.#ledger.pingSent();
      if (!this.connection.silenced) socket.ping(payload);
    });
  }

  close(code: number, reason: string): void {
    this.#whenOpen((socket) => {
      this.connection.endedByExchange();
      this.#goodbye(socket, code, reason);
    });
  }

  /** Ends the connection with a close frame on behalf of a fault. */
  closeByFault(code: number, reason: string): void {
    this.#whenOpen((socket) => {
      this.connection.endedByFault();
      this.#goodbye(socket, code, reason);
    });
  }

  drop(): void {
    this.connection.destroy();
  }

  subscribed(stream: string, nextId: number): void {
    this.#whenOpen(() => {
      this.#ledger.subscribed(this.connection.entry, stream, nextId);
    });
  }

  unsubscribed(stream: string, nextId: number): void {
    if (!this.#socket) {
      this.#early.push(() => {
        this.unsubscribed(stream, nextId);
      });
      return;
    }
    const { entry } = this.connection;
    if (!entry.ending && !this.#faults.messages.none) this.#faults.messages.ends(this, stream);
    this.#ledger.unsubscribed(entry, stream, nextId);
  }

  get lost(): boolean {
    return this.connection.entry.row.lostAtMs !== undefined;
  }

  missed(): void {
    this.#ledger.missed();
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

  #goodbye(socket: WebSocket, code: number, reason: string): void {
    this.#ledger.closeSent(code);
    if (!this.connection.silenced) socket.close(code, reason);
  }

  #send(socket: WebSocket, text: string): void {
    if (this.#canTake(socket)) socket.send(text);
  }

  // What is lost on a silenced path was sent all the same: that is how messages get lost.
  #canTake(socket: WebSocket): boolean {
    if (this.connection.silenced) return false;
    if (socket.bufferedAmount <= SLOW_CLIENT_BYTES) return true;
    this.#ledger.violated('slow-client');
    this.connection.destroy();
    return false;
  }
}
