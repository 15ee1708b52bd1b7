import type { DecodedFrame, StreamProtocol } from '../../pool/index.js';
import { parseBody, parseFrame } from './parse-frame.js';
import type { VenueClient } from './venue-client.js';

interface Frame {
  readonly id: string;
  readonly event: string;
  readonly msg: string;
  readonly arg: { readonly channel: string; readonly instId?: string; readonly instType?: string };
  readonly action: 'snapshot' | 'update';
  readonly data: readonly Row[];
}

interface Row {
  readonly ts?: string;
  readonly seqId?: number;
  readonly prevSeqId?: number;
  readonly tradeId?: string;
  /** Trades that a message of `trades` stands for; its id is that of the last. */
  readonly count?: string;
}

interface Books {
  readonly data: readonly {
    readonly seqId: number;
    readonly bids: readonly (readonly [string, string])[];
    readonly asks: readonly (readonly [string, string])[];
  }[];
}

const CHANNELS: Readonly<Record<string, string>> = {
  depth: 'books',
  trade: 'trades',
  bookTicker: 'bbo-tbt',
  ticker: 'tickers',
};

/** Public channels of OKX v5 (OKX API guide, "WebSocket"). A stream is named `<channel>:<instId>`. */
const okxStreams: StreamProtocol = {
  path: '/ws/v5/public',
  // The venue acknowledges each channel by itself, so only a request for one has one acknowledgement.
  maxStreamsPerRequest: 1,
  requestsPerSecond: 50,
  encodeSubscribe: (streams, id) => encode('subscribe', streams, id),
  encodeUnsubscribe: (streams, id) => encode('unsubscribe', streams, id),
  decode,
};

/** Client side of OKX v5 market data. */
export const okxClient: VenueClient = {
  name: 'okx',
  bookPath: (symbol, levels) => `/api/v5/market/books?instId=${symbol}&sz=${levels}`,
  paths: {
    ticker: (symbol) => `/api/v5/market/ticker?instId=${symbol}`,
    fundingRate: (symbol) => `/api/v5/public/funding-rate?instId=${swapOf(symbol)}`,
    openInterest: (symbol) => `/api/v5/public/open-interest?instType=SWAP&instId=${swapOf(symbol)}`,
  },
  parseBook: (body) => {
    const [book] = (parseBody(body) as Books).data;
    return { updateId: book?.seqId ?? 0, bids: book?.bids ?? [], asks: book?.asks ?? [] };
  },
  streamName: (channel, symbol) =>
    channel === 'liquidation' ? 'liquidation-orders:SWAP' : `${CHANNELS[channel] ?? channel}:${symbol}`,
  streams: okxStreams,
};

function swapOf(symbol: string): string {
  return symbol.endsWith('-SWAP') ? symbol : `${symbol}-SWAP`;
}

function encode(op: string, streams: readonly string[], id: number): string {
  const args = streams.map((stream) => {
    const [channel = '', subject = ''] = stream.split(':');
    return channel === 'liquidation-orders' ? { channel, instType: subject } : { channel, instId: subject };
  });
  return JSON.stringify({ id: String(id), op, args });
}

function decode(text: string): DecodedFrame {
  const { id, event, msg, arg, data, action } = parseFrame<Frame>(text);
  if (arg && data) return message(`${arg.channel}:${arg.instId ?? arg.instType ?? ''}`, data, action);
  if (id === undefined || event === undefined) return { kind: 'other' };
  const ok = event !== 'error';
  return { kind: 'ack', id: Number(id), ok, ...(ok ? {} : { error: msg ?? 'refused' }) };
}

function message(stream: string, data: readonly Row[], action: Frame['action'] | undefined): DecodedFrame {
  const [first, last] = [data[0], data.at(-1)];
  const lastId = idOf(last);
  const firstId = Math.min(action === 'update' ? (first?.prevSeqId ?? 0) + 1 : firstIdOf(first), lastId);
  const sentAtMs = Number(last?.ts);
  return { kind: 'data', stream, firstId, lastId, ...(Number.isFinite(sentAtMs) && { sentAtMs }), payload: data };
}

/** A snapshot stands for its own id alone; a trade message for as many as it counts. */
function firstIdOf(row: Row | undefined): number {
  return idOf(row) - Number(row?.count ?? 1) + 1;
}

function idOf(row: Row | undefined): number {
  return row?.tradeId === undefined ? (row?.seqId ?? 0) : Number(row.tradeId);
}
