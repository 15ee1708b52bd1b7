import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../base/index.js';
import type { Rules } from './rules.js';

/** Where a request or an upgrade comes from. Limits an address are told apart by it (127.0.0.N on loopback). */
export interface Origin {
  readonly remoteAddress: string;
  /** Connections from this address that are open at the venue, this one included. */
  readonly connectionsOfAddress: number;
  /** Age of the connection that carries it. */
  readonly connectionAgeMs: number;
}

/** One REST request as a venue sees it: the path and query below the endpoint's origin. */
export interface RestRequest extends Origin {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Text of the request's body; empty when there is none. */
  readonly body: string;
}

/** A venue's answer. `body` is complete; the server adds length and connection headers. */
export interface RestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** The venue closes the connection behind this answer. */
  readonly close?: boolean;
  /** Rules that the request broke; counted in the ledger, whatever the answer. */
  readonly violated?: readonly string[];
}

/** A client's wish to open a WebSocket; `path` includes the query. */
export interface UpgradeRequest extends Origin {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** The answer to an upgrade that is not granted. */
export interface Refusal {
  readonly refuse: RestResponse;
}

/** A way to make a market-data message wrong on purpose: bid above ask, or a checksum that does not fit. */
export type Spoil = 'crossed' | 'checksum';

/** One market-data message: the frame, and the ids it covers (inclusive), for the ledger. */
export interface StreamMessage {
  readonly stream: string;
  /** The symbol it is about, in the venue's spelling; empty for a stream of the whole venue. */
  readonly symbol: string;
  readonly frame: string | Buffer;
  /** The same as it goes over a WebSocket that does not compress; framed on demand where it is left out. */
  readonly wire?: Buffer;
  readonly firstId: number;
  readonly lastId: number;
  /** The same message made wrong; undefined where that makes no sense for the message. */
  spoiled?(spoil: Spoil): string | undefined;
}

/** What a venue may do with one WebSocket connection. The server implements it and keeps the ledger. */
export interface StreamSink {
  /** Market data; counted in the ledger by stream. */
  publish(message: StreamMessage): void;
  /** Protocol replies (errors, pongs, heartbeats); not market data. */
  reply(text: string): void;
  /** The reply that acknowledges a subscribe or an unsubscribe of `streams`. */
  acknowledge(text: string, streams: readonly string[]): void;
  ping(payload: string): void;
  /** Ends the connection with a close frame. */
  close(code: number, reason: string): void;
  /** Ends the connection without one: the client sees 1006. */
  drop(): void;
  /** The client's request to subscribe was accepted. `nextId` is the first id that the stream may still send. */
  subscribed(stream: string, nextId: number): void;
  /** The client's request to unsubscribe was received; nothing of the stream is sent afterwards. */
  unsubscribed(stream: string, nextId: number): void;
  /** The connection works for its client no longer, and not by the client's doing; never, when left out. */
  readonly lost?: boolean;
  /** A message fell due on a stream that was subscribed to here last, and no working connection carries it now. */
  missed?(): void;
  /** A rule of the venue was broken, for example `messages-per-second`; counted whether enforced or not. */
  violated(rule: string): void;
}

/** A venue's side of one WebSocket connection: a state machine without sockets. */
export interface StreamSession {
  receive(text: string): void;
  /** A pong frame arrived with this payload. */
  pong(payload: string): void;
  /** A ping frame arrived; the server has answered it. */
  pinged(payload: string): void;
  /** The connection will be cut in `leadMs`: says so in the venue's manner, or nothing where it says nothing. */
  maintenance(leadMs: number): void;
  /** The connection is gone; stops every timer and subscription of the session. */
  end(): void;
}

/** A venue's wire protocol over the synthetic market: requests in, responses and messages out; no sockets. */
export interface Venue {
  readonly name: string;
  /** What it trades, in its own spelling, most active first. */
  readonly symbols: readonly string[];
  /** Largest message that a client may send over a WebSocket; a longer one is closed with 1009. */
  readonly maxMessageBytes: number;
  rest(request: RestRequest): RestResponse;
  /** The venue's own words for a failure of this HTTP status (429, 418, 403, 5xx), headers and body. */
  failure(status: number): RestResponse;
  /** Opens a session, or says how the upgrade is refused. */
  open(request: UpgradeRequest, sink: StreamSink): StreamSession | Refusal;
  /** Stops all timers. */
  close(): void;
}

export interface VenueOptions<R extends Rules = Rules> {
  readonly seed: string;
  readonly symbols: number;
  /** Scales every market rate; 1 is the mean of a normal day. */
  readonly activity: number;
  readonly clock: Clock;
  /** Market time in ms at which the venue is opened (default 0). */
  readonly ageMs?: number;
  /** Calendar time in ms since 1970, with fraction; the default follows `clock`. */
  readonly wallClock?: () => number;
  /** The numbers of the venue's rules as they hold in this site, scaled already. */
  readonly rules: R;
  /** True: a broken rule is answered as the venue does. False: it is counted and nothing else. */
  readonly enforce: boolean;
}

/** A venue that can be opened: its rules as published, and how to make one. */
export interface VenueDefinition<R extends Rules = Rules> {
  readonly rules: R;
  open(options: VenueOptions<R>): Venue;
}
