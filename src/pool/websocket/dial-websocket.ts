import net from 'node:net';
import tls from 'node:tls';
import { WebSocket } from 'ws';
import { type Clock, systemClock } from '../../base/index.js';
import type { SetupParts } from '../accounts.js';

export type DialStage = 'dns' | 'tcp' | 'tls' | 'upgrade';

/** A WebSocket connection that did not come about. */
export class WebSocketDialError extends Error {
  override readonly name = 'WebSocketDialError';
  /** What was under way. */
  readonly stage: DialStage;
  /** The local port, by which the peer knows the attempt; null when there was none yet. */
  readonly localPort: number | null;
  /** The system's code (`ECONNREFUSED`), `ETIMEDOUT`, `ABORTED`, or `HTTP_<status>` for a refused upgrade. */
  readonly code: string;

  constructor(stage: DialStage, localPort: number | null, code: string, cause?: unknown) {
    super(`WebSocket connection failed during ${stage}: ${code}`, { cause });
    this.stage = stage;
    this.localPort = localPort;
    this.code = code;
  }
}

export interface WebSocketDialOptions {
  /** For wss: make it once; a context for every connection costs more than the handshake. */
  readonly secureContext?: tls.SecureContext;
  readonly signal?: AbortSignal;
  /** Limit on everything from the first packet to the upgrade, in milliseconds. */
  readonly handshakeTimeoutMs: number;
  readonly clock?: Clock;
}

export interface DialedWebSocket {
  /** Open, and paused: attach listeners, then call `resume()`; no frame is lost between. */
  readonly socket: WebSocket;
  readonly parts: SetupParts;
  readonly localPort: number | null;
}

/**
 * Opens a WebSocket connection to `url` (ws: or wss:) over a socket dialled here, so that each part of the set-up is
 * timed. Compression is not offered.
 *
 * @throws {WebSocketDialError}
 */
export async function dialWebSocket(url: string, options: WebSocketDialOptions): Promise<DialedWebSocket> {
  return new Dial(url, options).run();
}

class Dial {
  readonly #url: URL;
  readonly #options: WebSocketDialOptions;
  readonly #clock: Clock;
  readonly #parts = { dnsMs: 0, tcpMs: 0, tlsMs: 0, upgradeMs: 0 };
  #stage: DialStage = 'dns';
  #markMs: number;
  #tcp: net.Socket | undefined;
  #localPort: number | null = null;
  readonly #opened: { destroy(): void }[] = [];
  #fail: (error: WebSocketDialError) => void = () => {};

  constructor(url: string, options: WebSocketDialOptions) {
    this.#url = new URL(url);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#markMs = this.#clock.now();
  }

  async run(): Promise<DialedWebSocket> {
    const { signal, handshakeTimeoutMs } = this.#options;
    if (signal?.aborted) throw this.#error('ABORTED', signal.reason);
    const timer = this.#clock.setTimeout(() => this.#give('ETIMEDOUT'), handshakeTimeoutMs);
    const onAbort = (): void => this.#give('ABORTED', signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise<DialedWebSocket>((resolve, reject) => {
        this.#fail = reject;
        this.#connect((socket) => this.#upgrade(socket, resolve));
      });
    } catch (error) {
      for (const socket of this.#opened) socket.destroy();
      throw error;
    } finally {
      this.#clock.clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #connect(connected: (socket: net.Socket) => void): void {
    const secure = this.#url.protocol === 'wss:';
    const host = this.#url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(this.#url.port) || (secure ? 443 : 80);
    if (net.isIP(host) > 0) this.#stage = 'tcp';
    const socket = net.connect({ host, port, noDelay: true });
    this.#tcp = socket;
    this.#guard(socket);
    if (this.#stage === 'dns') socket.once('lookup', () => this.#enter('tcp'));
    socket.once('connect', () => {
      this.#localPort = socket.localPort ?? null;
      this.#enter(secure ? 'tls' : 'upgrade');
      if (secure) this.#secure(socket, host, connected);
      else connected(socket);
    });
  }

  #secure(socket: net.Socket, host: string, connected: (socket: net.Socket) => void): void {
    const { secureContext } = this.#options;
    const secured = tls.connect({
      socket,
      ...(secureContext && { secureContext }),
      ...(net.isIP(host) === 0 && { servername: host }),
      host,
      ALPNProtocols: ['http/1.1'],
    });
    this.#guard(secured);
    secured.once('secureConnect', () => {
      this.#enter('upgrade');
      connected(secured);
    });
  }

  #upgrade(socket: net.Socket, resolve: (dialed: DialedWebSocket) => void): void {
    const webSocket = new WebSocket(this.#url, {
      createConnection: () => socket,
      perMessageDeflate: false,
    });
    this.#opened.push({ destroy: () => webSocket.terminate() });
    webSocket.on('error', (error) => this.#give(codeOf(error), error));
    webSocket.once('unexpected-response', (_request, response) => this.#give(`HTTP_${response.statusCode ?? 0}`));
    webSocket.once('open', () => {
      webSocket.pause();
      this.#enter('upgrade');
      resolve({ socket: webSocket, parts: this.#parts, localPort: this.#localPort });
    });
  }

  // Every socket of the dial reports to the same place; once the dial has settled this does nothing.
  #guard(socket: net.Socket): void {
    this.#opened.push(socket);
    socket.on('error', (error) => this.#give(codeOf(error), error));
    socket.once('close', () => this.#give('ECONNRESET'));
  }

  /** Books the time since the last mark on the stage that ends here. */
  #enter(next: DialStage): void {
    const now = this.#clock.now();
    this.#parts[`${this.#stage}Ms`] += now - this.#markMs;
    this.#markMs = now;
    this.#stage = next;
  }

  #give(code: string, cause?: unknown): void {
    this.#fail(this.#error(code, cause));
  }

  #error(code: string, cause?: unknown): WebSocketDialError {
    // A dial that is given up while TCP is under way may have reached the peer: its port tells them that it was this one.
    return new WebSocketDialError(this.#stage, this.#localPort ?? this.#tcp?.localPort ?? null, code, cause);
  }
}

function codeOf(error: Error & { code?: unknown }): string {
  return typeof error.code === 'string' ? error.code : 'EPROTO';
}
