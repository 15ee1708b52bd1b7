import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock, TimerHandle } from '../../base/index.js';
import type { SetupParts } from '../accounts.js';
import { toError } from '../errors.js';
import { endedError, HttpRequestError, resetError } from './errors.js';
import type { Exchange, PooledHttpConnection, ResponseSink, WireRequest } from './exchange.js';
import { isRefusal, resetBy } from './http2-errors.js';
import { Http2Exchange, type Http2ExchangeHooks } from './http2-exchange.js';
import { http2Request } from './http2-request.js';
import type { PhaseLimits } from './phase-watch.js';

export interface Http2Options {
  /** Streams at a time at most, whatever the server allows. */
  readonly streams: number;
  /** How long the answer to a PING may take that asks whether the server is still there. */
  readonly pingTimeoutMs: number;
}

export interface Http2Facts {
  readonly origin: string;
  readonly socket: Socket;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly parts: SetupParts;
  readonly resumed: boolean;
}

/**
 * One HTTP/2 connection whose server's SETTINGS have come; many exchanges at a time, each on a stream of its own
 * (RFC 9113). It never dials. After a GOAWAY it takes no more requests, and closes when its last stream has ended.
 */
export class Http2Connection implements PooledHttpConnection {
  readonly origin: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly parts: SetupParts;
  readonly resumed: boolean;
  readonly multiplexed = true;
  requestsSent = 0;
  responsesReceived = 0;
  retiring = false;
  closed = false;
  readonly #session: ClientHttp2Session;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #options: Http2Options;
  readonly #authority: string;
  readonly #exchanges = new Set<Http2Exchange>();
  readonly #listeners: ((error?: Error) => void)[] = [];
  readonly #hooks: Http2ExchangeHooks;
  #serverStreams = Number.POSITIVE_INFINITY;
  /** The highest stream that the server has looked at or may look at, once it says goodbye. */
  #lastStreamId = Number.POSITIVE_INFINITY;
  #error: Error | undefined;
  #doubted = false;
  #doubtTimer: TimerHandle;

  constructor(session: ClientHttp2Session, facts: Http2Facts, clock: Clock, options: Http2Options) {
    this.origin = facts.origin;
    this.localPort = facts.localPort;
    this.remoteAddress = facts.remoteAddress;
    this.parts = facts.parts;
    this.resumed = facts.resumed;
    this.#authority = new URL(facts.origin).host;
    this.#session = session;
    this.#socket = facts.socket;
    this.#clock = clock;
    this.#options = options;
    this.#hooks = {
      reasonOf: (stream, error) => this.#reasonOf(stream, error),
      responded: () => {
        this.responsesReceived += 1;
      },
      over: (exchange, error) => this.#over(exchange, error),
    };
    this.#listen();
  }

  get capacity(): number {
    return Math.max(1, Math.min(this.#options.streams, this.#serverStreams));
  }

  get usable(): boolean {
    return !this.closed && !this.retiring && !this.#session.closed && !this.#session.destroyed;
  }

  exchanges(): Iterable<Exchange> {
    return this.#exchanges;
  }

  onClosed(listener: (error?: Error) => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves with false when the answer to the PING never comes. */
  check(): Promise<boolean> {
    if (!this.usable) return Promise.resolve(false);
    return new Promise((resolve) => {
      const asked = this.#session.ping((error) => resolve(error === null));
      if (!asked) resolve(false);
    });
  }

  close(): void {
    this.#end(new HttpRequestError('closed', 1, 'the connection was closed'));
  }

  retire(): void {
    this.retiring = true;
    if (this.#exchanges.size === 0) this.close();
  }

  send(request: WireRequest, sink: ResponseSink, limits: PhaseLimits): Exchange {
    const exchange = new Http2Exchange(sink, this.#clock, this.#hooks);
    if (!this.usable) {
      exchange.abandon(resetError());
      return exchange;
    }
    this.#exchanges.add(exchange);
    try {
      const { headers, body } = http2Request(request, this.#authority);
      const stream = this.#session.request(headers, { endStream: body === undefined });
      this.requestsSent += 1;
      exchange.begin(stream, body, limits);
    } catch (error) {
      exchange.abandon(toError(error));
    }
    return exchange;
  }

  #listen(): void {
    const session = this.#session;
    this.#serverStreams = session.remoteSettings.maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
    session.on('remoteSettings', ({ maxConcurrentStreams }) => {
      this.#serverStreams = maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
    });
    session.on('goaway', (code, lastStreamId) => {
      this.#lastStreamId = lastStreamId;
      if (code !== 0) this.#error ??= resetBy(code, 'connection');
      this.retiring = true;
      if (this.#exchanges.size === 0) this.#end(endedError());
    });
    session.on('error', (error) => {
      this.#error ??= error;
    });
    session.once('close', () => this.#end(this.#error ?? endedError()));
  }

  #reasonOf({ id, rstCode }: ClientHttp2Stream, told: Error | undefined): { error: Error; refused: boolean } {
    if (id !== undefined && id > this.#lastStreamId) {
      return { error: resetError('the server ended the connection before it came to this request'), refused: true };
    }
    if (this.#session.destroyed) return { error: this.#error ?? told ?? endedError(), refused: false };
    return { error: resetBy(rstCode, 'stream'), refused: isRefusal(rstCode) };
  }

  #over(exchange: Http2Exchange, error: Error | undefined): void {
    this.#exchanges.delete(exchange);
    if (error instanceof HttpRequestError && error.kind === 'timeout' && error.phase !== 'unread') this.#doubt();
    if (this.retiring && this.#exchanges.size === 0) this.close();
  }

  // A stream that ran out of time says nothing of the connection, unless the server does not answer a PING either.
  #doubt(): void {
    if (this.#doubted || !this.usable) return;
    const { pingTimeoutMs } = this.#options;
    this.#doubted = true;
    this.#doubtTimer = this.#clock.setTimeout(
      () => this.#end(resetError(`no answer to a PING within ${pingTimeoutMs} ms`)),
      pingTimeoutMs,
    );
    void this.check().then((good) => {
      this.#clock.clearTimeout(this.#doubtTimer);
      this.#doubted = false;
      if (!good) this.#end(endedError());
    });
  }

  #end(error: Error): void {
    if (this.closed) return;
    this.closed = true;
    this.#clock.clearTimeout(this.#doubtTimer);
    for (const listener of this.#listeners) listener(error);
    for (const exchange of this.#exchanges) exchange.abandon(error);
    // Not from within one of its own events: Node 20 does not survive everything that is done to a session there.
    setImmediate(() => {
      this.#session.destroy();
      // After a goodbye the session would wait for the server to close its side.
      this.#socket.destroy();
    });
  }
}
