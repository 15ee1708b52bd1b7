/** What one text frame of a venue means. */
export type DecodedFrame =
  /** The venue's answer to the request with this id. */
  | { readonly kind: 'ack'; readonly id: number; readonly ok: boolean; readonly error?: string }
  | StreamData
  /** Anything else (a greeting, a notice); shows that the peer lives, and is not delivered. */
  | { readonly kind: 'other' };

/** One market-data message: the ids it covers, both inclusive. */
export interface StreamData {
  readonly kind: 'data';
  readonly stream: string;
  readonly firstId: number;
  readonly lastId: number;
  /** When the venue says it sent the message, in milliseconds of the venue's clock. */
  readonly sentAtMs?: number;
  readonly payload: unknown;
}

/**
 * A venue's streaming protocol as the pool needs it. Ids of a stream never go back: a venue that restarts its numbers
 * has to continue them in `decode`, or what it sends afterwards is taken for repetition.
 */
export interface StreamProtocol {
  /** Path and query to dial below an origin, for example `/ws`. */
  readonly path: string;
  /** Streams that one request may name. */
  readonly maxStreamsPerRequest: number;
  /** Frames that the venue takes from one connection a second; pings and pongs are frames too. */
  readonly requestsPerSecond: number;
  encodeSubscribe(streams: readonly string[], id: number): string;
  encodeUnsubscribe(streams: readonly string[], id: number): string;
  /** Must not throw; what it does not know is `other`. */
  decode(text: string): DecodedFrame;
}
