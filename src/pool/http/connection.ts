import { maxHeaderSize } from 'node:http';
import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { Clock } from '../../base/index.js';
import type { SetupParts } from '../accounts.js';
import { toError } from '../errors.js';
import { codeOf, headersTooLarge, HttpRequestError, resetError } from './errors.js';
import type { Exchange, PooledHttpConnection, ResponseSink, WireRequest } from './exchange.js';
import { lateError, type PhaseLimits, PhaseWatch } from './phase-watch.js';
import { BufferedResponse, CONTENT_LENGTH, type HttpConnectionResponse, isNamed } from './response.js';

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

// Longer than any connection lives: the pool decides when an idle connection closes, not undici's own timer.
const FOREVER_MS = 2 ** 31 - 1;

const TRANSFER_ENCODING = Buffer.from('transfer-encoding');
const CONNECTION = Buffer.from('connection');

const NO_LIMITS: PhaseLimits = {
  sendMs: Number.POSITIVE_INFINITY,
  headersMs: Number.POSITIVE_INFINITY,
  bodyMs: Number.POSITIVE_INFINITY,
  unreadMs: Number.POSITIVE_INFINITY,
  totalMs: Number.POSITIVE_INFINITY,
};

/**
 * One HTTP/1.1 connection on a socket that is open already, one exchange at a time: it is its own exchange. It never
 * dials: when the socket goes, it is over. An exchange that is given up takes the connection with it, since its
 * response could otherwise be taken for the next one's.
 */
export class HttpConnection implements PooledHttpConnection, Exchange {
  readonly origin: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly parts: SetupParts;
  readonly resumed: boolean;
  readonly multiplexed = false;
  readonly capacity = 1;
  readonly refused = false;
  requestsSent = 0;
  responsesReceived = 0;
  /** The request under way, or the last one, was written to the socket. */
  sent = false;
  /** The first byte of its response came. */
  answered = false;
  /** Not to be lent again: see `retire`, or a response that said so. */
  retiring = false;
  /** Given with every request over TLS: undici hangs up when it changes from one to the next, as a host header makes it. */
  readonly #servername: string | undefined;
  readonly #socket: Socket;
  readonly #client: Client;
  readonly #watch: PhaseWatch;
  readonly #listeners: ((error?: Error) => void)[] = [];
  #sink: ResponseSink | undefined;
  #resume: () => void = () => {};
  #error: Error | undefined;
  #closed = false;
  #unchanged = false;

  constructor(origin: string, socket: Socket, clock: Clock, parts: SetupParts, resumed = false) {
    this.origin = origin;
    this.parts = parts;
    this.resumed = resumed;
    this.#servername = origin.startsWith('https:') ? new URL(origin).hostname : undefined;
    this.localPort = socket.localPort ?? 0;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.#socket = socket;
    this.#watch = new PhaseWatch(clock, (phase, limitMs) => this.abandon(lateError(phase, limitMs)));
    this.#client = clientOn(origin, socket);
    this.#client.on('disconnect', () => this.#gone());
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.once('close', () => this.#gone());
    // With a response under way its end may be what completes it: undici knows, and closes the socket then.
    socket.once('end', () => {
      if (!this.#sink) this.#gone();
    });
    if (socket.destroyed) setImmediate(() => this.#gone());
  }

  get closed(): boolean {
    return this.#closed;
  }

  get usable(): boolean {
    return !this.#closed && !this.retiring && !this.#socket.destroyed;
  }

  get sink(): ResponseSink | undefined {
    return this.#sink;
  }

  exchanges(): readonly Exchange[] {
    return this.#sink ? [this] : [];
  }

  // Its end would have been noticed: there is nothing to ask the server.
  check(): Promise<boolean> {
    return Promise.resolve(this.usable);
  }

  onClosed(listener: (error?: Error) => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.abandon(new HttpRequestError('closed', 1, 'the connection was closed'));
  }

  retire(): void {
    if (this.#sink) this.retiring = true;
    else this.close();
  }

  abandon(error: Error): void {
    // Closed by the peer, it has its own reason, which undici is about to tell.
    if (this.#closed) return;
    this.#error ??= error;
    const sink = this.#takeSink();
    this.#gone();
    sink?.failed(error, this);
  }

  send(request: WireRequest, sink: ResponseSink, limits: PhaseLimits): Exchange {
    this.sent = false;
    this.answered = false;
    if (!this.usable) {
      sink.failed(resetError(), this);
      return this;
    }
    this.#sink = sink;
    this.#watch.begin(limits);
    const named = this.#servername === undefined ? request : { ...request, servername: this.#servername };
    this.#client.dispatch(named, this.#handler);
    return this;
  }

  /** Sends one request and reads the whole response. @throws {HttpRequestError} or the socket's or undici's error */
  request({ timeoutMs, signal, ...request }: HttpConnectionRequest): Promise<HttpConnectionResponse> {
    const { path, method = 'GET', headers = null, body = null } = request;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        const text = `${method} ${path} was aborted`;
        this.abandon(new HttpRequestError('aborted', 1, text, { cause: signal?.reason }));
      };
      const response = new BufferedResponse(
        (whole) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(whole);
        },
        (error) => {
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        },
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      const limits = timeoutMs === undefined ? NO_LIMITS : { ...NO_LIMITS, totalMs: timeoutMs };
      this.send({ path, method, headers, body }, response, limits);
      if (signal?.aborted) onAbort();
    });
  }

  #takeSink(): ResponseSink | undefined {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#watch.end();
    return sink;
  }

  // Destroying the client with its socket keeps it from dialling again for a request to come.
  #gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    const error = this.#error ?? resetError();
    this.#watch.close();
    for (const listener of this.#listeners) listener(this.#error);
    // Requests that go elsewhere from here need not wait until this is done, nor until it is for all others of a server.
    setImmediate(() => {
      this.#client.destroy(error).catch(() => {});
      this.#socket.destroy();
    });
  }

  readonly #handler = {
    onConnect: (): void => {
      this.sent = true;
      this.requestsSent += 1;
      this.#watch.wrote(true);
    },
    onBodySent: (): void => this.#watch.wrote(!this.#socket.writableNeedDrain),
    onRequestSent: (): void => {
      if (this.#socket.writableNeedDrain) this.#socket.once('drain', () => this.#flushed());
      else this.#flushed();
    },
    onResponseStarted: (): void => {
      this.answered = true;
    },
    onHeaders: (status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean => {
      this.#resume = resume;
      if (!this.#sink) return true;
      // An interim response is no end of the wait for the response: the limit on its headers goes on.
      if (status < 200) return this.#sink.head(status, rawHeaders, this.#goOn, statusText) || true;
      this.#unchanged = status === 304;
      if (closes(status, rawHeaders)) this.retiring = true;
      return this.#went(this.#sink.head(status, rawHeaders, this.#goOn, statusText));
    },
    onData: (chunk: Buffer): boolean => this.#sink === undefined || this.#went(this.#sink.data(chunk)),
    onComplete: (trailers: string[] | null): void => {
      this.responsesReceived += 1;
      // The server has answered without reading the request to its end, and may never read on.
      if (this.#socket.writableNeedDrain) this.retiring = true;
      this.#takeSink()?.ended(trailers);
    },
    onError: (error: Error): void => {
      // undici expects a body after a 304 whose headers tell the length that a 200 would have (RFC 9110, section 8.6).
      const whole = this.#unchanged && codeOf(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
      if (whole) this.#handler.onComplete([]);
      else this.#takeSink()?.failed(told(this.#error ?? toError(error)), this);
    },
  };

  #flushed(): void {
    if (this.#sink && !this.answered) this.#watch.enter('headers');
  }

  #went(on: boolean): boolean {
    this.#watch.enter(on ? 'body' : 'unread');
    return on;
  }

  readonly #goOn = (): void => {
    this.#watch.enter('body');
    this.#resume();
  };
}

function told(error: Error): Error {
  return codeOf(error) === 'UND_ERR_HEADERS_OVERFLOW' ? headersTooLarge(maxHeaderSize, error) : error;
}

/** An undici client that uses this one socket and no other. */
function clientOn(origin: string, socket: Socket): Client {
  let handedOver = false;
  return new Client(origin, {
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: FOREVER_MS,
    keepAliveMaxTimeout: FOREVER_MS,
    // undici would leave two seconds before the server's keep-alive hint.
    keepAliveTimeoutThreshold: -FOREVER_MS,
    connect: (_options, callback) => {
      const usable = !handedOver && !socket.destroyed;
      handedOver = true;
      // A callback within the call leaves undici waiting for ever: it takes the connect for still under way.
      queueMicrotask(() => (usable ? callback(null, socket) : callback(resetError(), null)));
    },
  });
}

/**
 * Does the server end the connection with this response (RFC 9112, section 9.6)? It says so, or the end of the body is
 * the end of the connection because nothing else marks it (section 6.3).
 */
function closes(status: number, rawHeaders: readonly Buffer[]): boolean {
  let measured = status === 204 || status === 304;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name === undefined) continue;
    if (isNamed(name, CONTENT_LENGTH) || isNamed(name, TRANSFER_ENCODING)) measured = true;
    else if (isNamed(name, CONNECTION) && /\bclose\b/i.test(String(rawHeaders[i + 1]))) return true;
  }
  return !measured;
}
