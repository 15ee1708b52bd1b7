import type { TLSSocket } from 'node:tls';

/** The last session of each origin, so that the next handshake with it can be shortened (RFC 8446, section 2.2). */
export class TlsSessions {
  readonly #byOrigin = new Map<string, Buffer>();

  /** A ticket is used once (RFC 8446, appendix C.4); the connection that uses it brings new ones. */
  take(origin: string): Buffer | undefined {
    const session = this.#byOrigin.get(origin);
    this.#byOrigin.delete(origin);
    return session;
  }

  /** Keeps what the server gives this connection, which with TLS 1.3 comes after the handshake. */
  follow(origin: string, socket: TLSSocket): void {
    socket.on('session', (session) => this.#byOrigin.set(origin, session));
  }
}
