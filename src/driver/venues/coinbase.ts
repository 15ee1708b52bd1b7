import { coinbaseStreams } from '../../pool/index.js';
import { parseBody } from './parse-body.js';
import type { VenueClient } from './venue-client.js';

interface Book {
  readonly sequence: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

type Level = readonly [price: string, size: string, orders: number];

// The venue tells the best bid and ask with its ticker, after every trade.
const CHANNELS: Readonly<Record<string, string>> = {
  depth: 'level2_batch',
  trade: 'matches',
  bookTicker: 'ticker',
};

/** Client side of Coinbase Exchange market data. */
export const coinbaseClient: VenueClient = {
  name: 'coinbase',
  // The best level or all of them: no other number can be asked for.
  bookPath: (symbol, levels) => `/products/${symbol}/book?level=${levels === 1 ? 1 : 2}`,
  paths: { ticker: (symbol) => `/products/${symbol}/ticker` },
  parseBook: (body) => {
    const { sequence, bids, asks } = parseBody(body) as Book;
    return { updateId: sequence, bids: bids.map(bare), asks: asks.map(bare) };
  },
  streamName: (channel, symbol) => `${CHANNELS[channel] ?? channel}:${symbol}`,
  streams: coinbaseStreams,
};

function bare([price, size]: Level): readonly [string, string] {
  return [price, size];
}
