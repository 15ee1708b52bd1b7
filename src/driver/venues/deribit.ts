import type { DecodedFrame, StreamProtocol } from '../../pool/index.js';
import { parseBody, parseFrame } from './parse-frame.js';
import type { VenueClient } from './venue-client.js';

interface Frame {
  readonly id: number;
  readonly error: { readonly message: string };
  readonly params: { readonly channel?: string; readonly data?: Payload };
}

type Payload = Change | readonly Trade[];

interface Change {
  readonly type?: 'snapshot' | 'change';
  readonly timestamp?: number;
  readonly change_id?: number;
  readonly prev_change_id?: number;
}

interface Trade {
  readonly trade_seq: number;
  readonly timestamp: number;
}

interface Book {
  readonly result: {
    readonly change_id: number;
    readonly bids: readonly (readonly [number, number])[];
    readonly asks: readonly (readonly [number, number])[];
  };
}

const HOUR_MS = 3_600_000;

const CHANNELS: Readonly<Record<string, (symbol: string) => string>> = {
  depth: (symbol) => `book.${symbol}.100ms`,
  trade: (symbol) => `trades.${symbol}.100ms`,
  bookTicker: (symbol) => `quote.${symbol}`,
  ticker: (symbol) => `ticker.${symbol}.100ms`,
  kline: (symbol) => `chart.trades.${symbol}.1`,
};

/** Public subscriptions of Deribit v2 (JSON-RPC 2.0; docs.deribit.com, "Subscriptions"). A stream is its channel. */
const deribitStreams: StreamProtocol = {
  path: '/ws/api/v2',
  maxStreamsPerRequest: 500,
  requestsPerSecond: 3,
  encodeSubscribe: (channels, id) => encode('public/subscribe', channels, id),
  encodeUnsubscribe: (channels, id) => encode('public/unsubscribe', channels, id),
  decode,
};

/** Client side of Deribit v2 market data. */
export const deribitClient: VenueClient = {
  name: 'deribit',
  bookPath: (symbol, levels) => `/api/v2/public/get_order_book?instrument_name=${symbol}&depth=${levels}`,
  paths: {
    ticker: (symbol) => `/api/v2/public/ticker?instrument_name=${symbol}`,
    volatility: (symbol, nowMs) => {
      const [currency = ''] = symbol.split(/[-_]/);
      const until = Math.floor(nowMs);
      const span = `start_timestamp=${until - HOUR_MS}&end_timestamp=${until}&resolution=60`;
      return `/api/v2/public/get_volatility_index_data?currency=${currency}&${span}`;
    },
  },
  parseBook: (body) => {
    const { change_id: updateId, bids, asks } = (parseBody(body) as Book).result;
    return { updateId, bids: bids.map(texts), asks: asks.map(texts) };
  },
  streamName: (channel, symbol) => CHANNELS[channel]?.(symbol) ?? `${channel}.${symbol}`,
  streams: deribitStreams,
};

function texts([price, amount]: readonly [number, number]): readonly [string, string] {
  return [String(price), String(amount)];
}

function encode(method: string, channels: readonly string[], id: number): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params: { channels } });
}

function decode(text: string): DecodedFrame {
  const { id, error, params } = parseFrame<Frame>(text);
  if (params?.channel !== undefined && params.data) return message(params.channel, params.data);
  if (typeof id !== 'number') return { kind: 'other' };
  return error ? { kind: 'ack', id, ok: false, error: error.message } : { kind: 'ack', id, ok: true };
}

function message(stream: string, payload: Payload): DecodedFrame {
  if ('length' in payload) return trades(stream, payload);
  const { change_id: lastId = 0, prev_change_id: previous, timestamp: sentAtMs } = payload;
  const firstId = previous === undefined ? lastId : previous + 1;
  return { kind: 'data', stream, firstId, lastId, ...(sentAtMs !== undefined && { sentAtMs }), payload };
}

function trades(stream: string, payload: readonly Trade[]): DecodedFrame {
  const [first, last] = [payload[0], payload.at(-1)];
  const sentAtMs = last?.timestamp;
  return {
    kind: 'data',
    stream,
    firstId: first?.trade_seq ?? 0,
    lastId: last?.trade_seq ?? 0,
    ...(sentAtMs !== undefined && { sentAtMs }),
    payload,
  };
}
