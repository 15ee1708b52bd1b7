/** What one text frame of a venue means. */
export type DecodedFrame =
  | RequestAnswer
  /** The venue accepted one stream of the request with this id; the others are still to be answered. */
  | { readonly kind: 'partial'; readonly id: number; readonly stream: string }
  | StreamData
  /** The venue asks for a sign of life; `reply` goes back at once. */
  | { readonly kind: 'ping'; readonly reply: string }
  /** Answers a text ping of ours. */
  | { readonly kind: 'pong' }
  /** The venue is about to close this connection, within this many milliseconds where it says so. */
  | { readonly kind: 'leaving'; readonly withinMs?: number }
  /** Anything else (a greeting, a notice); shows that the peer lives, and is not delivered. */
  | { readonly kind: 'other' };

/** The venue's answer to the request with this id; answers to nothing that was asked for have unknown ids. */
export interface RequestAnswer {
  readonly kind: 'ack';
  readonly id: number;
  readonly ok: boolean;
  readonly error?: string;
  /** Where the venue says so: those of the request's streams that it accepted. The others are refused. */
  readonly accepts?: readonly string[];
}

/** One market-data message: the ids it covers, both inclusive; without meaning where the stream's rule is `none`. */
export interface StreamData {
  readonly kind: 'data';
  readonly stream: string;
  readonly firstId: number;
  readonly lastId: number;
  /** In linked sequences: the id that the venue says came before this message. */
  readonly prevId?: number;
  /** Whatever came before is void: the message holds the whole state. */
  readonly snapshot?: true;
  /** When the venue says it sent the message, in milliseconds of the venue's clock. */
  readonly sentAtMs?: number;
  readonly payload: unknown;
}

/** What the ids of a stream's messages tell about what is missing between two of them. */
export type SequenceRule =
  /** A message's first id follows on the last id of the one before. */
  | 'contiguous'
  /** A message names the last id of the one before. */
  | 'linked'
  /** Ids rise and holes mean nothing: repetition shows, loss does not. */
  | 'rising'
  /** No ids: nothing can be told. */
  | 'none';

/** So many within any span of `perMs` milliseconds. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

/** Writes requests and reads frames. */
export interface StreamCodec {
  /** `id` is a whole number above 0, never used twice on one connection. */
  encodeSubscribe(streams: readonly string[], id: number): string;
  encodeUnsubscribe(streams: readonly string[], id: number): string;
  /** Must not throw; what it does not know is `other`. */
  decode(text: string): DecodedFrame;
}

/** A venue's streaming protocol as the pool needs it. Numbers are what the venue takes; durations in milliseconds. */
export interface StreamProtocol extends StreamCodec {
  readonly name: string;
  /** Path and query to dial below an origin, for example `/ws`. */
  readonly path: string;
  /** Streams that one request may name, and bytes that it may have. */
  readonly maxStreamsPerRequest: number;
  readonly maxRequestBytes?: number;
  /** Frames that the venue takes from one connection; signs of life are frames too, unless they are free. */
  readonly requests: Rate;
  /** Pings, pongs and heartbeats in either direction do not count, on the connection or for the address. */
  readonly freePings?: true;
  /** Frames that it takes from one address, over all its connections. */
  readonly requestsPerAddress?: Rate;
  readonly maxStreamsPerConnection?: number;
  /** Characters of streams' names that one connection may be subscribed to, and what a stream counts. */
  readonly argumentLength?: { readonly max: number; of(stream: string): number };
  /** Connections that one address may have open. */
  readonly maxConnections?: number;
  /** New connections that the venue takes from one address. */
  readonly connects?: Rate;
  /** The venue cuts connections of this age. */
  readonly maxAgeMs?: number;
  /** The venue cuts connections that have carried no stream for this long. */
  readonly maxEmptyMs?: number;
  /** A text ping that the client has to send. */
  readonly heartbeat?: { readonly everyMs: number; encode(id: number): string };
  /** Frames to send as soon as the connection is open. What answers them is no answer to a request of the pool's. */
  greeting?(id: number): readonly string[];
  sequenceOf(stream: string): SequenceRule;
  /**
   * A codec for one connection, where frames cannot be read without memory of earlier ones: answers that name no
   * request, several answers to one request. Every connection has to use its own; left out, the protocol's will do.
   */
  open?(): StreamCodec;
}
