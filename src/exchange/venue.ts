/** One REST request as a venue sees it: the path and query below the endpoint's origin. */
export interface RestRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly remoteAddress: string;
}

/** A venue's answer. `body` is complete; the server adds length and connection headers. */
export interface RestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** One market-data message: the frame, and the ids it covers (inclusive), for the ledger. */
export interface StreamMessage {
  readonly stream: string;
  readonly frame: string | Buffer;
  readonly firstId: number;
  readonly lastId: number;
}

/** What a venue may do with one WebSocket connection. The server implements it and keeps the ledger. */
export interface StreamSink {
  /** Market data; counted in the ledger by stream. */
  publish(message: StreamMessage): void;
  /** Protocol replies (acknowledgements, errors); not market data. */
  reply(text: string): void;
  ping(payload: string): void;
  close(code: number, reason: string): void;
  /** The client's request to subscribe was accepted. `nextId` is the first id that the stream may still send. */
  subscribed(stream: string, nextId: number): void;
  /** The client's request to unsubscribe was received; nothing of the stream is sent afterwards. */
  unsubscribed(stream: string, nextId: number): void;
  /** A rule of the venue was broken, for example `messages-per-second`; counted under `limits: observe`. */
  violated(rule: string): void;
}

/** A venue's side of one WebSocket connection: a state machine without sockets. */
export interface StreamSession {
  receive(text: string): void;
  /** A pong frame arrived with this payload. */
  pong(payload: string): void;
  /** The connection is gone; stops every timer and subscription of the session. */
  end(): void;
}

/** A venue's wire protocol over the synthetic market: requests in, responses and messages out; no sockets. */
export interface Venue {
  readonly name: string;
  rest(request: RestRequest): RestResponse;
  /** Opens a session for an upgrade to `path` (query included), or says with which HTTP status it is refused. */
  open(path: string, sink: StreamSink): StreamSession | { readonly refuse: number };
  /** Stops all timers. */
  close(): void;
}
