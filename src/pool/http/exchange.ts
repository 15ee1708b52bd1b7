import type { Dispatcher } from 'undici';
import type { SetupParts } from '../accounts.js';
import type { PhaseLimits } from './phase-watch.js';

/** A request as undici takes it; time limits are the connection's business. */
export type WireRequest = Dispatcher.DispatchOptions;

/** Hears of one exchange: heads (those below 200 first), pieces of the body, and then exactly one end. */
export interface ResponseSink {
  /** Returns false to pause the body; `resume` goes on. */
  head(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean;
  /** Returns false to pause. */
  data(chunk: Buffer): boolean;
  ended(rawTrailers: string[] | null): void;
  failed(error: Error, exchange: Exchange): void;
}

/** One request on a connection, and its response. */
export interface Exchange {
  /** The request was written to the connection, in part at least. */
  readonly sent: boolean;
  /** The first byte of its response came. */
  readonly answered: boolean;
  /** The server says that it did nothing with the request, so that it may be sent again whatever its method. */
  readonly refused: boolean;
  /** What is hearing it, until it ends. */
  readonly sink: ResponseSink | undefined;
  /** Ends it with `error`: over HTTP/1.1 with its connection, over HTTP/2 by a reset of its stream. */
  abandon(error: Error): void;
}

/** A connection to an origin, of either version of HTTP. */
export interface PooledHttpConnection {
  readonly origin: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly parts: SetupParts;
  /** TLS without a full handshake. */
  readonly resumed: boolean;
  /** HTTP/2: exchanges share it, and the end of one is not the end of it. */
  readonly multiplexed: boolean;
  /** Exchanges that it carries at a time, as of now; at least 1. */
  readonly capacity: number;
  readonly requestsSent: number;
  readonly responsesReceived: number;
  readonly closed: boolean;
  /** Not to be lent again: see `retire`, or a server that said so. */
  readonly retiring: boolean;
  /** Can it carry a request? The socket may be on its way out before the connection has heard of it. */
  readonly usable: boolean;
  /** Those under way. */
  exchanges(): Iterable<Exchange>;
  /** Sends one request; everything after goes to `sink`, a failure included, which may come before this returns. */
  send(request: WireRequest, sink: ResponseSink, limits: PhaseLimits): Exchange;
  /** Is it still good? Over HTTP/2 the server is asked by a PING. */
  check(): Promise<boolean>;
  onClosed(listener: (error?: Error) => void): void;
  close(): void;
  /** Closes it now when nothing is under way, and otherwise marks it as not to be used again. */
  retire(): void;
}
