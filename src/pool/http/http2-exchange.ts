import { maxHeaderSize } from 'node:http';
import { type ClientHttp2Stream, constants, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2';
import { pipeline, type Readable } from 'node:stream';
import type { Clock } from '../../base/index.js';
import { toError } from '../errors.js';
import { headersTooLarge } from './errors.js';
import type { Exchange, ResponseSink } from './exchange.js';
import { lateError, type PhaseLimits, PhaseWatch } from './phase-watch.js';

/** What an exchange asks of its connection, and tells it. */
export interface Http2ExchangeHooks {
  /** Why this stream ended before its response was complete; `error` is what the stream says, if anything. */
  reasonOf(stream: ClientHttp2Stream, error: Error | undefined): { readonly error: Error; readonly refused: boolean };
  responded(): void;
  /** It has ended; its sink has been told. */
  over(exchange: Http2Exchange, error: Error | undefined): void;
}

/** One exchange on a stream of an HTTP/2 connection. When it is given up the stream is reset, and nothing else. */
export class Http2Exchange implements Exchange {
  sent = false;
  answered = false;
  refused = false;
  readonly #hooks: Http2ExchangeHooks;
  readonly #watch: PhaseWatch;
  #sink: ResponseSink | undefined;
  #stream: ClientHttp2Stream | undefined;
  /** The server has marked the end of its response. */
  #complete = false;
  #trailers: string[] = [];
  #error: Error | undefined;

  constructor(sink: ResponseSink, clock: Clock, hooks: Http2ExchangeHooks) {
    this.#sink = sink;
    this.#hooks = hooks;
    this.#watch = new PhaseWatch(clock, (phase, limitMs) => this.abandon(lateError(phase, limitMs)));
  }

  get sink(): ResponseSink | undefined {
    return this.#sink;
  }

  /** The stream's headers are on their way. */
  begin(stream: ClientHttp2Stream, body: Buffer | Readable | undefined, limits: PhaseLimits): void {
    this.#stream = stream;
    this.sent = true;
    this.#watch.begin(limits);
    this.#listen(stream);
    if (body === undefined) this.#flushed();
    else this.#write(stream, body);
  }

  abandon(error: Error): void {
    const sink = this.#take();
    if (!sink) return;
    this.#reset();
    sink.failed(error, this);
    this.#hooks.over(this, error);
  }

  #listen(stream: ClientHttp2Stream): void {
    noteItsEnd(stream, () => {
      this.#complete = true;
    });
    stream.on('headers', (headers) => this.#interim(headers));
    stream.on('response', (headers) => {
      this.#head(headers);
      stream.on('data', (chunk: Buffer) => this.#tell((sink) => sink.data(chunk)));
    });
    stream.on('trailers', (trailers) => {
      this.#trailers = Object.entries(trailers).flatMap(([name, value]) => [name, String(value)]);
    });
    stream.on('end', () => {
      if (this.#complete && this.answered) this.#end();
    });
    stream.on('error', (error) => {
      this.#error ??= error;
    });
    stream.on('close', () => this.#closed(stream));
  }

  #write(stream: ClientHttp2Stream, body: Buffer | Readable): void {
    stream.once('finish', () => this.#flushed());
    if (Buffer.isBuffer(body)) {
      stream.end(body);
      return;
    }
    pipeline(body, stream, () => {});
    this.#watch.wrote(true);
    body.on('data', () => this.#watch.wrote(!stream.writableNeedDrain));
    // A stream that fails to deliver fails the request by its own error, not by that of the reset that follows.
    body.once('error', (error) => this.abandon(toError(error)));
  }

  #flushed(): void {
    if (this.#sink && !this.answered) this.#watch.enter('headers');
  }

  #head(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
    const raw = rawHeaders(headers);
    this.answered = true;
    // The same limit as over HTTP/1.1: Node itself counts the headers here, not their bytes.
    if (raw.reduce((sum, { length }) => sum + length, 0) > maxHeaderSize) this.abandon(headersTooLarge(maxHeaderSize));
    else this.#tell((sink) => sink.head(Number(headers[':status']), raw, this.#goOn, ''));
  }

  // An interim response is no end of the wait for the response: the limit on its headers goes on.
  #interim(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
    try {
      this.#sink?.head(Number(headers[':status']), rawHeaders(headers), this.#goOn, '');
    } catch (error) {
      this.abandon(toError(error));
    }
  }

  // What a handler of the caller's throws fails its own request, as it does in undici.
  #tell(news: (sink: ResponseSink) => boolean): void {
    if (!this.#sink) return;
    try {
      if (!this.#went(news(this.#sink))) this.#stream?.pause();
    } catch (error) {
      this.abandon(toError(error));
    }
  }

  readonly #goOn = (): void => {
    this.#went(true);
    this.#stream?.resume();
  };

  #went(on: boolean): boolean {
    this.#watch.enter(on ? 'body' : 'unread');
    return on;
  }

  #end(): void {
    const sink = this.#take();
    if (!sink) return;
    this.#hooks.responded();
    // The server has answered without reading the request to its end, and may never read on.
    if (this.#stream?.writableFinished === false) this.#reset();
    try {
      sink.ended(this.#trailers);
    } catch {
      // The response was complete: what its handler throws now has nobody to go to, in undici neither.
    }
    this.#hooks.over(this, undefined);
  }

  // Later: Node 20 does not survive every reset from within the stream's own events.
  #reset(): void {
    const stream = this.#stream;
    if (!stream) return;
    setImmediate(() => {
      stream.close(constants.NGHTTP2_CANCEL);
      stream.destroy();
    });
  }

  #closed(stream: ClientHttp2Stream): void {
    const sink = this.#take();
    if (!sink) return;
    const { error, refused } = this.#hooks.reasonOf(stream, this.#error);
    this.refused = refused;
    sink.failed(error, this);
    this.#hooks.over(this, error);
  }

  #take(): ResponseSink | undefined {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#watch.close();
    return sink;
  }
}

/**
 * Calls `seen` when the server ends the stream in order. Node emits `end` for a stream that was reset in the middle of
 * its body too; but in that case the stream counts as closed before its end is pushed.
 */
function noteItsEnd(stream: ClientHttp2Stream, seen: () => void): void {
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk === null && !stream.closed) seen();
    return push(chunk, encoding);
  };
}

/** Names and values in turn, as an HTTP/1.1 parser gives them; those of HTTP/2 itself are left out. */
function rawHeaders(headers: IncomingHttpHeaders): Buffer[] {
  const raw: Buffer[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    for (const one of [value].flat()) raw.push(Buffer.from(name), Buffer.from(one, 'latin1'));
  }
  return raw;
}
