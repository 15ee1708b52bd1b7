import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import { type FaultableConnection, LinkedSocket, type Scheduler } from '../link/index.js';
import type { ConnectionEntry } from './ledger-rows.js';
import type { Ledger } from './ledger.js';
import type { ServedVenue } from './served-venue.js';

export interface ConnectionParts {
  readonly endpoint: number;
  readonly served: ServedVenue;
  readonly ledger: Ledger;
  readonly link: { readonly rttMs: number; readonly scheduler: Scheduler };
}

type EndedBy = 'client' | 'exchange' | 'fault';

/**
 * One accepted connection with its layers: the accepted socket, the emulated link (none at a round trip of 0), and
 * TLS (none for plain sites). It tells the ledger when it becomes usable and who ended it.
 */
export class Connection implements FaultableConnection {
  readonly entry: ConnectionEntry;
  /** The venue that it leads to. */
  readonly served: ServedVenue;
  readonly remoteAddress: string;
  readonly #ledger: Ledger;
  readonly #raw: Socket;
  /** What lies on the accepted socket: the link, or that socket itself. */
  readonly #path: Duplex;
  /** What the protocols speak through; the path itself until TLS is put on it. */
  #top: Duplex;
  #silenced = false;
  #upgraded = false;
  #onClosed: (() => void) | undefined;

  constructor(raw: Socket, { endpoint, served, ledger, link }: ConnectionParts) {
    this.#raw = raw;
    this.served = served;
    this.#ledger = ledger;
    this.remoteAddress = raw.remoteAddress ?? '';
    this.entry = ledger.accepted(endpoint, { address: this.remoteAddress, port: raw.remotePort ?? 0 }, raw);
    raw.setNoDelay(true);
    raw.on('error', ignore);
    raw.on('close', () => {
      ledger.wireClosed(this.entry);
    });
    this.#path = link.rttMs > 0 ? new LinkedSocket(raw, link.rttMs, link.scheduler) : raw;
    this.#top = this.#path;
    this.#watch(this.#path);
  }

  /** Nothing may be answered any more; what the exchange would have sent is lost on the way. */
  get silenced(): boolean {
    return this.#silenced;
  }

  /** Runs once, when the connection is over on the exchange's side. */
  onClosed(callback: () => void): void {
    this.#onClosed = callback;
  }

  /** Hands the connection to `serve` when it is usable: at once, or after the TLS handshake. */
  open(context: SecureContext | null, serve: (top: Duplex) => void): void {
    if (!context) {
      serve(this.#path);
      return;
    }
    const secure = new TLSSocket(this.#path, {
      isServer: true,
      secureContext: context,
      ALPNProtocols: ['http/1.1'],
    });
    this.#top = secure;
    this.#watch(secure);
    const abandon = (): void => {
      secure.destroy();
    };
    secure.once('end', abandon);
    secure.once('secure', () => {
      secure.off('end', abandon);
      this.#ledger.ready(this.entry, secure.isSessionReused() ? 'resumed' : 'full');
      serve(secure);
    });
  }

  /** The connection speaks WebSocket from now on. */
  upgraded(): void {
    this.#upgraded = true;
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
    if (this.#path instanceof LinkedSocket) this.#path.blackHole();
    // Without a link, bytes are read and thrown away, so that the client's close is still noticed.
    else if (this.#upgraded) this.#top.removeAllListeners('data').resume();
    else if (this.#top === this.#raw) this.#raw.resume().once('end', () => this.#raw.destroy());
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
      this.#end('client');
    });
  }

  #end(by: EndedBy): void {
    this.entry.ending = true;
    const onClosed = this.#onClosed;
    this.#onClosed = undefined;
    onClosed?.();
    this.#ledger.closed(this.entry, by);
  }
}

function ignore(): void {
  // A socket's error is followed by its close, and that is what counts.
}
