import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { FaultTarget } from '../link/index.js';
import type { Connection } from './connection.js';

/** Holds the port number while nobody listens on it; nobody is ever told this address. */
const GUARD_HOST = '127.0.0.254';
const BACKLOG = 2048;

/** One port of a site: accepts sockets, knows the connections that are open, and can stop and start to listen. */
export class Endpoint implements FaultTarget {
  readonly #open = new Set<Connection>();
  readonly #accept: (raw: Socket) => Connection;
  #listener: Server | null = null;
  #guard: Server | null = null;
  #host = '';
  #port = 0;
  /** Faults that want the port closed. */
  #stops = 0;

  constructor(accept: (raw: Socket) => Connection) {
    this.#accept = accept;
  }

  get host(): string {
    return this.#host;
  }

  get port(): number {
    return this.#port;
  }

  /** Opens the endpoint on `port` of `host`, 0 for any that is free. Rejects with the system's error. */
  async start(host: string, port: number): Promise<void> {
    this.#host = host;
    this.#listener = this.#createListener();
    await listening(this.#listener, port, host);
    this.#port = (this.#listener.address() as AddressInfo).port;
  }

  connections(): readonly Connection[] {
    return [...this.#open];
  }

  stopListening(): void {
    this.#stops += 1;
    if (!this.#listener) return;
    this.#listener.close();
    this.#listener = null;
    // A port that nothing is bound to may be given to an outgoing connection: it could then not be had back, and a
    // client that dials it can even meet itself. The kernel passes over numbers that any listener holds.
    this.#guard = createServer((socket) => socket.destroy());
    this.#guard.on('error', ignore).listen(this.#port, GUARD_HOST);
  }

  async listen(): Promise<void> {
    this.#stops -= 1;
    if (this.#stops > 0) return;
    const listener = this.#createListener();
    this.#listener = listener;
    await listening(listener, this.#port, this.#host);
    this.#dropGuard();
  }

  /** Stops to listen and drops every connection; resolves when all of it is gone. */
  async close(): Promise<void> {
    this.#listener?.close();
    this.#listener = null;
    this.#dropGuard();
    const open = this.connections();
    for (const connection of open) connection.destroy();
    await Promise.all(open.map((connection) => connection.gone()));
  }

  #createListener(): Server {
    return createServer({ allowHalfOpen: true, noDelay: true }, (raw) => {
      const connection = this.#accept(raw);
      this.#open.add(connection);
      raw.once('close', () => {
        this.#open.delete(connection);
      });
    });
  }

  #dropGuard(): void {
    this.#guard?.close();
    this.#guard = null;
  }
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject);
      server.on('error', ignore);
      resolve();
    });
  });
}

function ignore(): void {
  // The guard is a precaution, and a listener that listens has no errors that would end it (EMFILE passes).
}
