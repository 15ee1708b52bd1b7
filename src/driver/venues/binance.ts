import type { DecodedFrame, StreamProtocol } from '../../pool/index.js';
import { parseBody, parseFrame } from './parse-frame.js';
import type { VenueClient } from './venue-client.js';

interface CombinedFrame {
  readonly stream?: string;
  readonly data?: {
    readonly e?: string;
    readonly E?: number;
    readonly t?: number;
    readonly U?: number;
    readonly u?: number;
  };
  readonly id?: number;
  readonly result?: unknown;
  readonly code?: number;
  readonly msg?: string;
}

const CHANNELS: Readonly<Record<string, string>> = {
  depth: 'depth@100ms',
  trade: 'trade',
  bookTicker: 'bookTicker',
  kline: 'kline_1m',
};

/** Binance spot market streams (binance-spot-api-docs, web-socket-streams). */
const binanceStreams: StreamProtocol = {
  // Microseconds, because the delay of a message is less than the millisecond that is the default unit.
  path: '/stream?timeUnit=MICROSECOND',
  maxStreamsPerRequest: 200,
  requestsPerSecond: 5,
  encodeSubscribe: (streams, id) => JSON.stringify({ method: 'SUBSCRIBE', params: streams, id }),
  encodeUnsubscribe: (streams, id) => JSON.stringify({ method: 'UNSUBSCRIBE', params: streams, id }),
  decode,
};

/** Client side of Binance spot market data (binance-spot-api-docs, rest-api). */
export const binanceClient: VenueClient = {
  name: 'binance',
  bookPath: (symbol, levels) => `/api/v3/depth?symbol=${symbol}&limit=${levels}`,
  paths: { ticker: (symbol) => `/api/v3/ticker/24hr?symbol=${symbol}` },
  parseBook: (body) => {
    const book = parseBody(body) as {
      lastUpdateId: number;
      bids: [string, string][];
      asks: [string, string][];
    };
    return { updateId: book.lastUpdateId, bids: book.bids, asks: book.asks };
  },
  streamName: (channel, symbol) => `${symbol.toLowerCase()}@${CHANNELS[channel] ?? channel}`,
  streams: binanceStreams,
};

function decode(text: string): DecodedFrame {
  const frame = parseFrame<CombinedFrame>(text);
  if (frame.stream !== undefined && frame.data) return data(frame.stream, frame.data);
  if (typeof frame.id !== 'number') return { kind: 'other' };
  return frame.code === undefined
    ? { kind: 'ack', id: frame.id, ok: true }
    : { kind: 'ack', id: frame.id, ok: false, error: frame.msg ?? 'refused' };
}

function data(stream: string, payload: NonNullable<CombinedFrame['data']>): DecodedFrame {
  const { t, U, u, E } = payload;
  const lastId = u ?? t ?? 0;
  return {
    kind: 'data',
    stream,
    firstId: U ?? lastId,
    lastId,
    ...(E === undefined ? {} : { sentAtMs: E / 1e3 }),
    payload,
  };
}
