import type { SecureContext } from 'node:tls';
import { ConnectionAccounts } from '../pool/index.js';
import { BareSocket } from './bare-socket.js';
import type { DriverContext, StreamConsumer } from './driver.js';

/** Streams without a pool: one bare socket for each subscription, endpoints in turn. */
export class SocketPerStream {
  readonly accounts: ConnectionAccounts;
  readonly #context: DriverContext;
  readonly #secureContext: SecureContext | undefined;
  readonly #sockets = new Map<string, BareSocket>();
  #turn = 0;

  constructor(context: DriverContext, secureContext: SecureContext | undefined) {
    this.#context = context;
    this.#secureContext = secureContext;
    this.accounts = new ConnectionAccounts(context.clock);
  }

  async subscribe(stream: string, consumer: StreamConsumer): Promise<void> {
    const socket = new BareSocket({
      context: this.#context,
      secureContext: this.#secureContext,
      nextEndpoint: () => this.#turn++ % this.#context.endpoints.length,
      accounts: this.accounts,
    });
    this.#sockets.set(stream, socket);
    await socket.subscribe(stream, consumer);
  }

  async unsubscribe(stream: string): Promise<void> {
    const socket = this.#sockets.get(stream);
    await socket?.unsubscribe([stream]);
    await socket?.close();
    this.#sockets.delete(stream);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sockets.values()].map((socket) => socket.close()));
  }
}
