import { okxStreams } from '../../pool/index.js';
import { parseBody } from './parse-body.js';
import type { VenueClient } from './venue-client.js';

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
