import { deribitStreams } from '../../pool/index.js';
import { parseBody } from './parse-body.js';
import type { VenueClient } from './venue-client.js';

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
