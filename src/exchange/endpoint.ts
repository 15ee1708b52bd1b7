import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MpBenchError } from '../base/index.js';
import type { Connection } from './connection.js';
import type { FaultEndpoint } from './faults/index.js';

/** Holds the port number while nobody listens on it; nobody is ever told this address. */
const GUARD_HOST = '127.0.0.254';
const BACKLOG = 2048;

/**
 * One port of a site: accepts sockets, knows the connections that are open, can stop and start to listen, and can move
 * to another address.
 */
export class Endpoint implements FaultEndpoint {
  readonly #open = new Set<Connection>();
  readonly #accept: (raw: Socket) => Connection;
  readonly #away: string;
  #home = '';
  #port = 0;
  /** Faults that want the port closed, and faults that want the endpoint elsewhere. */
  #stops = 0;
  #moves = 0;
  #closed = false;
  #listener: Server | null = null;
  #listensOn: string | null = null;
  #guard: Server | null = null;
  #settled: Promise<void> = Promise.resolve();

  /** `away` is the address that it moves to when it has to. */
  constructor(away: string, accept: (raw: Socket) => Connection) {
    this.#away = away;
    this.#accept = accept;
  }

  /** Where clients are told to connect, wherever it is now. */
  get home(): string {
    return this.#home;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return this.#moves > 0 ? this.#away : this.#home;
  }

  /**
   * Opens the endpoint on `port` of `host`, 0 for any that is free.
   * @throws {MpBenchError} E_PORT_IN_USE when the port is taken or not for us; anything else is the system's error
   */
  async start(host: string, port: number): Promise<void> {
    this.#home = host;
    const listener = this.#createListener();
    await listening(listener, port, host).catch((error: NodeJS.ErrnoException) => {
      throw portError(error, host, port);
    });
    this.#listener = listener;
    this.#listensOn = host;
    this.#port = (listener.address() as AddressInfo).port;
  }

  connections(): readonly Connection[] {
    return [...this.#open];
  }

  stopListening(): void {
    this.#stops += 1;
    this.#leave();
  }

  listen(): Promise<void> {
    this.#stops -= 1;
    return this.#settle();
  }

  move(): Promise<void> {
    this.#moves += 1;
    return this.#settle();
  }

  moveBack(): Promise<void> {
    this.#moves -= 1;
    return this.#settle();
  }

  /** Stops to listen and drops every connection; resolves when all of it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#leave();
    await this.#settled.catch(ignore);
    this.#dropGuard();
    const open = this.connections();
    for (const connection of open) connection.destroy();
    await Promise.all(open.map((connection) => connection.gone()));
  }

  get #wanted(): string | null {
    return this.#closed || this.#stops > 0 ? null : this.address;
  }

  /** Stops to listen at once where it is not wanted any more. */
  #leave(): void {
    if (this.#listener === null || this.#listensOn === this.#wanted) return;
    this.#listener.close();
    this.#listener = null;
    this.#listensOn = null;
    if (!this.#closed) this.#holdPort();
  }

  /** Leaves where it is not wanted, and listens where it is; one change after the other. */
  #settle(): Promise<void> {
    this.#leave();
    this.#settled = this.#settled.catch(ignore).then(() => this.#arrive());
    return this.#settled;
  }

  async #arrive(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === null || wanted === this.#listensOn) return;
    const listener = this.#createListener();
    await listening(listener, this.#port, wanted);
    // Whoever changed its mind meanwhile left nothing behind: this listener was not known yet.
    if (this.#wanted !== wanted) {
      listener.close();
      return;
    }
    this.#listener = listener;
    this.#listensOn = wanted;
    this.#dropGuard();
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

  // A port that nothing is bound to may be given to an outgoing connection: it could then not be had back, and a client
  // that dials it can even meet itself. The kernel passes over numbers that any listener holds.
  #holdPort(): void {
    if (this.#guard) return;
    const guard = createServer((socket) => socket.destroy()).on('error', ignore);
    this.#guard = guard;
    guard.listen(this.#port, GUARD_HOST, () => {
      if (this.#guard !== guard) guard.close();
    });
  }

  #dropGuard(): void {
    this.#guard?.close();
    this.#guard = null;
  }
}

function portError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const why = error.code === 'EADDRINUSE' ? 'is in use' : error.code === 'EACCES' ? 'is not ours to take' : null;
  return why === null ? error : new MpBenchError('E_PORT_IN_USE', `port ${port} of ${host} ${why}`);
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
