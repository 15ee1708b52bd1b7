import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Clock } from '../../base/index.js';
import type { SetupParts } from '../accounts.js';
import { toError } from '../errors.js';
import { HttpRequestError } from './errors.js';

/** Header names in lower case; a name that came more than once has a list. */
export type HttpHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface HttpConnectionRequest {
  readonly path: string;
  /** GET when left out. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** From here to the last byte of the response; no limit when left out. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface HttpConnectionResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Buffer;
}

// Longer than any connection lives: the pool decides when an idle connection closes, not undici's own timer.
const FOREVER_MS = 2 ** 31 - 1;

/** One HTTP/1.1 connection on a socket that is open already. It never dials: when the socket goes, it is over. */
export class HttpConnection {
  readonly origin: string;
  readonly localPort: number;
  readonly parts: SetupParts;
  requestsSent = 0;
  responsesReceived = 0;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #client: Client;
  readonly #listeners: ((error?: Error) => void)[] = [];
  #error: Error | undefined;
  #closed = false;

  constructor(origin: string, socket: Socket, clock: Clock, parts: SetupParts) {
    this.origin = origin;
    this.parts = parts;
    this.localPort = socket.localPort ?? 0;
    this.#socket = socket;
    this.#clock = clock;
    let handedOver = false;
    this.#client = new Client(origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: FOREVER_MS,
      keepAliveMaxTimeout: FOREVER_MS,
      // undici would leave two seconds before the server's keep-alive hint; see above.
      keepAliveTimeoutThreshold: -FOREVER_MS,
      connect: (_options, callback) => {
        const usable = !handedOver && !socket.destroyed;
        handedOver = true;
        // A callback within the call leaves undici waiting for ever: it takes the connect for still under way.
        queueMicrotask(() => (usable ? callback(null, socket) : callback(resetError(), null)));
      },
    });
    this.#client.on('disconnect', () => this.#gone());
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.once('end', () => this.#gone()).once('close', () => this.#gone());
    if (socket.destroyed) setImmediate(() => this.#gone());
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes that came in over the socket so far. */
  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  onClosed(listener: (error?: Error) => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#destroy(new HttpRequestError('closed', 1, 'the connection was closed'));
  }

  /**
   * Sends one request and reads the whole response. One at a time. A request that is timed out or aborted takes the
   * connection with it, since its response could otherwise be taken for the next one's.
   * @throws {HttpRequestError} or the socket's or undici's error
   */
  request({
    path,
    method = 'GET',
    headers,
    body,
    timeoutMs,
    signal,
  }: HttpConnectionRequest): Promise<HttpConnectionResponse> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(resetError());
        return;
      }
      const end = (settle: () => void): void => {
        this.#clock.clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const giveUp = (error: HttpRequestError): void => {
        end(() => reject(error));
        this.#destroy(error);
      };
      const onAbort = (): void =>
        giveUp(new HttpRequestError('aborted', 1, `${method} ${path} was aborted`, { cause: signal?.reason }));
      const timer =
        timeoutMs === undefined
          ? undefined
          : this.#clock.setTimeout(
              () => giveUp(new HttpRequestError('timeout', 1, `${method} ${path} took over ${timeoutMs} ms`)),
              timeoutMs,
            );
      signal?.addEventListener('abort', onAbort, { once: true });
      this.requestsSent += 1;
      this.#client.dispatch(
        { path, method, headers: headers ?? {}, body: body ?? null },
        responseReader(
          (response) => {
            this.responsesReceived += 1;
            end(() => resolve(response));
          },
          (error) => end(() => reject(this.#error ?? error)),
        ),
      );
      if (signal?.aborted) onAbort();
    });
  }

  #destroy(error: Error): void {
    this.#error ??= error;
    this.#gone();
  }

  // Destroying the client with its socket keeps it from dialling again for a request to come.
  #gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#client.destroy(this.#error ?? resetError()).catch(() => {});
    this.#socket.destroy();
    for (const listener of this.#listeners) listener(this.#error);
  }
}

function responseReader(
  done: (response: HttpConnectionResponse) => void,
  failed: (error: Error) => void,
): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let status = 0;
  let headers: HttpHeaders = {};
  return {
    onRequestStart() {},
    onResponseStart(_controller, statusCode, incoming) {
      status = statusCode;
      headers = incoming;
    },
    onResponseData(_controller, chunk) {
      chunks.push(chunk);
    },
    onResponseEnd() {
      done({ status, headers, body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) });
    },
    onResponseError(_controller, error) {
      failed(toError(error));
    },
  };
}

function resetError(): Error {
  return Object.assign(new Error('the connection is closed'), { code: 'ECONNRESET' });
}
