import type { BookSnapshot, StreamProtocol } from '../../pool/index.js';

export type { BookSnapshot };

/** The client's side of a venue's protocol: how to ask and how to read, without sockets. */
export interface VenueClient {
  readonly name: string;
  /** Path below an endpoint's REST origin, with the query. */
  bookPath(symbol: string, levels: number): string;
  /** Paths of what else can be asked for, by operation; an operation that the venue does not have is left out. */
  readonly paths: Readonly<Partial<Record<string, (symbol: string, nowMs: number) => string>>>;
  parseBook(body: Uint8Array): BookSnapshot;
  streamName(channel: string, symbol: string): string;
  /** How to subscribe, and what the venue's frames mean. */
  readonly streams: StreamProtocol;
}
