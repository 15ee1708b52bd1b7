import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import { type Link, LinkedSocket } from '../link/index.js';
import type { FaultConnection, FaultStream } from './faults/index.js';
import { holdInput } from './held-input.js';
import type { ConnectionEntry } from './ledger-rows.js';
import type { Ledger } from './ledger.js';
import type { ServedVenue } from './served-venue.js';

export interface ConnectionParts {
  readonly endpoint: number;
  readonly served: ServedVenue;
  readonly ledger: Ledger;
  readonly link: Link;
}

type EndedBy = 'client' | 'exchange' | 'fault';

/**
 * One accepted connection with its layers: the accepted socket, the emulated link (where there is one), and TLS (none
 * for plain sites). It tells the ledger when it becomes usable and who ended it.
 */
export class Connection implements FaultConnection {
  readonly entry: ConnectionEntry;
  /** The venue that it leads to. */
  readonly served: ServedVenue;
  readonly endpoint: number;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly #ledger: Ledger;
  readonly #raw: Socket;
  /** What lies on the accepted socket: the link, or that socket itself. */
  readonly #path: Duplex;
  /** What the protocols speak through; the path itself until TLS is put on it. */
  #top: Duplex;
  #silenced = false;
  #stream: FaultStream | null = null;
  /** Whom an end that the exchange did not ask for is booked to. */
  #blamed: EndedBy = 'client';
  readonly #onClosed: (() => void)[] = [];

  constructor(raw: Socket, { endpoint, served, ledger, link }: ConnectionParts) {
    this.#raw = raw;
    this.endpoint = endpoint;
    this.served = served;
    this.#ledger = ledger;
    this.remoteAddress = raw.remoteAddress ?? '';
    this.localAddress = raw.localAddress ?? '';
    this.entry = ledger.accepted(endpoint, { address: this.remoteAddress, port: raw.remotePort ?? 0 }, raw);
    raw.setNoDelay(true);
    raw.on('error', ignore);
    raw.on('close', () => {
      ledger.wireClosed(this.entry);
    });
    this.#path = link.attach(raw);
    this.#top = this.#path;
    this.#watch(this.#path);
  }

  /** Nothing may be answered any more; what the exchange would have sent is lost on the way. */
  get silenced(): boolean {
    return this.#silenced;
  }

  get stream(): FaultStream | null {
    return this.#stream;
  }

  /** Runs once, when the connection is over on the exchange's side; in the order in which they are given. */
  onClosed(callback: () => void): void {
    this.#onClosed.push(callback);
  }

  /** Leaves what the client sends unanswered until the returned function is called, which says if it is still there. */
  hold(): () => boolean {
    const release = holdInput(this.#path);
    return () => {
      if (this.#path.destroyed || this.#silenced) return false;
      release();
      return true;
    };
  }

  /** Hands a plain connection to `serve`. */
  openPlain(serve: (top: Duplex) => void): void {
    serve(this.#path);
  }

  /**
   * Hands the connection to `serve` after its TLS handshake. With a `wrong` context, whose certificate nobody should
   * accept, its end is the fault's; a client may finish that handshake before it looks at the certificate, so that only
   * what it says next shows that it does not care.
   */
  openSecure(context: SecureContext, wrong: boolean, serve: (top: Duplex) => void): void {
    const secure = new TLSSocket(this.#path, {
      isServer: true,
      secureContext: context,
      ALPNProtocols: ['http/1.1'],
    });
    this.#top = secure;
    if (wrong) this.#blamed = 'fault';
    this.#watch(secure);
    const abandon = (): void => {
      secure.destroy();
    };
    secure.once('end', abandon);
    secure.once('secure', () => {
      const usable = (): void => {
        secure.off('end', abandon);
        this.#blamed = 'client';
        this.#ledger.ready(this.entry, secure.isSessionReused() ? 'resumed' : 'full');
        serve(secure);
      };
      if (!wrong) usable();
      else whenHeard(secure, usable);
    });
  }

  /** The connection speaks WebSocket from now on. */
  upgraded(stream: FaultStream): void {
    this.#stream = stream;
    this.#ledger.upgrade(this.entry);
  }

  close(): void {
    this.#end('fault');
    this.#path.destroy();
    this.#top.destroy();
  }

  reset(): void {
    this.#end('fault');
    if (this.#path instanceof LinkedSocket) this.#path.reset();
    else this.#raw.resetAndDestroy();
    this.#top.destroy();
  }

  silence(): void {
    if (this.#silenced) return;
    this.#silenced = true;
    this.#ledger.lost(this.entry);
    if (this.#path instanceof LinkedSocket) this.#path.blackHole();
    // Without a link, bytes are read and thrown away, so that the client's close is still noticed.
    else if (this.#stream) this.#top.removeAllListeners('data').resume();
    else if (this.#top === this.#raw) this.#raw.resume().once('end', () => this.#raw.destroy());
  }

  /** A fault decides to end the connection; the caller says goodbye in its protocol. */
  endedByFault(): void {
    this.#end('fault');
  }

  /** The exchange decides to end the connection; the caller says goodbye in its protocol. */
  endedByExchange(): void {
    this.#end('exchange');
  }

  /** Drops the connection now, whatever is under way, on behalf of the exchange. */
  destroy(): void {
    this.#end('exchange');
    this.#raw.destroy();
    this.#path.destroy();
    this.#top.destroy();
  }

  /** Resolves when the accepted socket is gone. */
  async gone(): Promise<void> {
    if (this.#raw.closed) return;
    await new Promise<void>((resolve) => {
      this.#raw.once('close', () => {
        resolve();
      });
    });
  }

  #watch(layer: Duplex): void {
    layer.on('error', ignore);
    layer.once('close', () => {
      this.#end(this.#blamed);
    });
  }

  #end(by: EndedBy): void {
    this.entry.ending = true;
    if (by !== 'client') this.#ledger.lost(this.entry);
    for (const callback of this.#onClosed.splice(0)) callback();
    this.#ledger.closed(this.entry, by);
  }
}

/** Runs `then` once the client has said something, which stays to be read. */
function whenHeard(socket: Duplex, then: () => void): void {
  socket.once('data', (chunk: Buffer) => {
    socket.pause();
    socket.unshift(chunk);
    then();
    socket.resume();
  });
}

function ignore(): void {
  // A socket's error is followed by its close, and that is what counts.
}
