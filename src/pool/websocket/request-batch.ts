import type { StreamCodec, StreamProtocol } from './protocol.js';

export type RequestKind = 'subscribe' | 'unsubscribe';

/** A request on its way, and the streams that still want its answer. */
export interface StreamRequest {
  readonly kind: RequestKind;
  readonly streams: Set<string>;
  /** One for every time it was sent, newest last; an answer to any of them counts. */
  readonly ids: number[];
  /** How often it was sent. */
  tries: number;
  timer?: unknown;
}

export function encodeRequest(codec: StreamCodec, kind: RequestKind, streams: readonly string[], id: number): string {
  return kind === 'subscribe' ? codec.encodeSubscribe(streams, id) : codec.encodeUnsubscribe(streams, id);
}

/** Takes the streams of the next request out of `unsent`: as many as the venue takes in one, by number and bytes. */
export function takeBatch(unsent: Set<string>, kind: RequestKind, protocol: StreamProtocol): StreamRequest {
  const { maxStreamsPerRequest, maxRequestBytes } = protocol;
  let streams = firstOf(unsent, maxStreamsPerRequest);
  if (maxRequestBytes !== undefined) {
    // Measured with the protocol's own codec: a connection's may remember what it writes.
    const bytes = (): number => Buffer.byteLength(encodeRequest(protocol, kind, streams, Number.MAX_SAFE_INTEGER));
    // In proportion, so that two or three tries find it; at least one less each time.
    for (let size = bytes(); size > maxRequestBytes && streams.length > 1; size = bytes()) {
      const fitting = Math.floor((streams.length * maxRequestBytes) / size);
      streams = streams.slice(0, Math.max(1, Math.min(fitting, streams.length - 1)));
    }
  }
  for (const stream of streams) unsent.delete(stream);
  return { kind, streams: new Set(streams), ids: [], tries: 0 };
}

function firstOf(set: ReadonlySet<string>, count: number): string[] {
  const first: string[] = [];
  for (const element of set) {
    if (first.length === count) break;
    first.push(element);
  }
  return first;
}
