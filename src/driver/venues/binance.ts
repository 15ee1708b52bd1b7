import { binanceStreams } from '../../pool/index.js';
import { parseBody } from './parse-body.js';
import type { VenueClient } from './venue-client.js';

const CHANNELS: Readonly<Record<string, string>> = {
  depth: 'depth@100ms',
  trade: 'trade',
  bookTicker: 'bookTicker',
  kline: 'kline_1m',
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
