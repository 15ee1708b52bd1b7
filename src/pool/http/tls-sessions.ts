import type { TLSSocket } from 'node:tls';

/** The last session of each origin, so that handshakes with it can be shortened (RFC 8446, section 2.2). */
export class TlsSessions {
  readonly #byOrigin = new Map<string, Buffer>();

  /**
   * What to resume from. It is given to any number of connections: those that are dialled together could not wait for
   * tickets of their own, and Node tells of none that come to a resumed connection of TLS 1.3. To an observer of the
   * network that links connections of one client with each other (RFC 8446, appendix C.4), as their address does.
   */
  of(origin: string): Buffer | undefined {
    return this.#byOrigin.get(origin);
  }

  /** Keeps what the server gives this connection, and forgets the session `used` for it when the handshake fails. */
  follow(origin: string, socket: TLSSocket, used: Buffer | undefined): void {
    socket.on('session', (session) => this.#byOrigin.set(origin, session));
    if (used === undefined) return;
    const onClose = (): void => {
      if (this.#byOrigin.get(origin) === used) this.#byOrigin.delete(origin);
    };
    socket.once('close', onClose).once('secureConnect', () => socket.off('close', onClose));
  }
}
