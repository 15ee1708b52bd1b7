import type { SecureContext } from 'node:tls';
import type { RawData, WebSocket } from 'ws';
import type { Clock, TimerHandle } from '../../base/index.js';
import { dialWebSocket } from './dial-websocket.js';
import type { DialTransport, StreamTransport, TransportHandlers } from './transport.js';

// How long a peer may take to answer a close frame before the socket is destroyed.
const CLOSE_TIMEOUT_MS = 1000;

/** A dialler of real sockets. */
export function wsDialer(
  handshakeTimeoutMs: number,
  clock: Clock,
  secureContext: SecureContext | undefined,
): DialTransport {
  return async (url, signal) => {
    const { socket, parts, localPort } = await dialWebSocket(url, {
      ...(secureContext && { secureContext }),
      signal,
      handshakeTimeoutMs,
      clock,
    });
    return { transport: new WsTransport(socket, localPort, clock), parts };
  };
}

class WsTransport implements StreamTransport {
  readonly localPort: number | null;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  #closing: TimerHandle;

  constructor(socket: WebSocket, localPort: number | null, clock: Clock) {
    this.#socket = socket;
    this.localPort = localPort;
    this.#clock = clock;
  }

  listen(handlers: TransportHandlers): void {
    const socket = this.#socket;
    let failure: Error | undefined;
    socket.on('message', (data, binary) => {
      if (!binary) handlers.message(textOf(data));
    });
    socket.on('ping', () => handlers.ping());
    socket.on('pong', () => handlers.pong());
    socket.on('error', (error) => {
      failure = error;
    });
    socket.once('close', (code) => {
      this.#clock.clearTimeout(this.#closing);
      handlers.closed(code, failure);
    });
    socket.resume();
  }

  send(text: string): void {
    // The callback takes the error of a socket that is closing; its close event follows.
    this.#socket.send(text, () => {});
  }

  ping(): void {
    this.#socket.ping(undefined, undefined, () => {});
  }

  close(): void {
    this.#closing = this.#clock.setTimeout(() => this.#socket.terminate(), CLOSE_TIMEOUT_MS);
    this.#socket.close(1000);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
