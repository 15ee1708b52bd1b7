import { binanceUsdmStreams } from '../../pool/index.js';
import { parseBody } from './parse-body.js';
import type { VenueClient } from './venue-client.js';

interface Book {
  readonly lastUpdateId: number;
  readonly bids: readonly (readonly [string, string])[];
  readonly asks: readonly (readonly [string, string])[];
}

// The socket of books and trades. Whatever else is asked for it accepts, and never sends.
const CHANNELS: Readonly<Record<string, string>> = {
  depth: 'depth@100ms',
  trade: 'trade',
  bookTicker: 'bookTicker',
};

/** Client side of Binance USD-M futures market data (USD-M futures documentation). */
export const binanceUsdmClient: VenueClient = {
  name: 'binance-usdm',
  bookPath: (symbol, levels) => `/fapi/v1/depth?symbol=${symbol}&limit=${levels}`,
  paths: {
    ticker: (symbol) => `/fapi/v1/ticker/24hr?symbol=${symbol}`,
    fundingRate: (symbol) => `/fapi/v1/premiumIndex?symbol=${symbol}`,
    openInterest: (symbol) => `/fapi/v1/openInterest?symbol=${symbol}`,
  },
  parseBook: (body) => {
    const { lastUpdateId, bids, asks } = parseBody(body) as Book;
    return { updateId: lastUpdateId, bids, asks };
  },
  streamName: (channel, symbol) => {
    const name = CHANNELS[channel];
    if (name === undefined) throw new Error(`venue binance-usdm has no channel ${channel} on the socket of its books`);
    return `${symbol.toLowerCase()}@${name}`;
  },
  streams: binanceUsdmStreams,
};
