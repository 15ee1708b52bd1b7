import { bybitSpotStreams } from '../../pool/index.js';
import { parseBody } from './parse-body.js';
import type { VenueClient } from './venue-client.js';

interface Book {
  readonly result: {
    readonly u: number;
    readonly b: readonly (readonly [string, string])[];
    readonly a: readonly (readonly [string, string])[];
  };
}

const CHANNELS: Readonly<Record<string, string>> = {
  depth: 'orderbook.50',
  trade: 'publicTrade',
  bookTicker: 'orderbook.1',
  ticker: 'tickers',
  kline: 'kline.1',
};

/** Client side of Bybit v5 market data: spot pairs, and what REST tells of the contracts of the same name. */
export const bybitClient: VenueClient = {
  name: 'bybit',
  bookPath: (symbol, levels) => `/v5/market/orderbook?category=spot&symbol=${symbol}&limit=${levels}`,
  paths: {
    ticker: (symbol) => `/v5/market/tickers?category=spot&symbol=${symbol}`,
    fundingRate: (symbol) => `/v5/market/funding/history?category=linear&symbol=${symbol}&limit=1`,
    openInterest: (symbol) => `/v5/market/open-interest?category=linear&symbol=${symbol}&intervalTime=5min&limit=1`,
  },
  parseBook: (body) => {
    const { u: updateId, b: bids, a: asks } = (parseBody(body) as Book).result;
    return { updateId, bids, asks };
  },
  streamName: (channel, symbol) => `spot:${CHANNELS[channel] ?? channel}.${symbol}`,
  streams: bybitSpotStreams,
};
