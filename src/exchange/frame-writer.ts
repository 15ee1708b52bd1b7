import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { textFrame } from './text-frame.js';
import type { StreamMessage } from './venue.js';

/**
 * Sends market data over one WebSocket of many. Framing is done once for all of them (see Publication), and what is
 * sent in one turn of the event loop goes to the kernel together. Nothing that the socket sends itself is overtaken: it
 * writes through to the same stream at once, unless it compresses, and then all of it goes through the socket.
 */
export class FrameWriter {
  readonly #socket: WebSocket;
  readonly #wire: Duplex;
  readonly #compresses: boolean;
  #gathering = false;

  /** `wire` is the stream that was upgraded to `socket`. */
  constructor(socket: WebSocket, wire: Duplex) {
    this.#socket = socket;
    this.#wire = wire;
    this.#compresses = socket.extensions !== '';
  }

  send(message: StreamMessage): void {
    if (this.#compresses) {
      this.#socket.send(message.frame, { binary: false });
      return;
    }
    if (!this.#gathering) {
      this.#gathering = true;
      this.#wire.cork();
      process.nextTick(this.#flush);
    }
    this.#wire.write(message.wire ?? textFrame(message.frame));
  }

  readonly #flush = (): void => {
    this.#gathering = false;
    this.#wire.uncork();
  };
}
