import type { OkxContext } from '../context.js';
import { tickerRow } from '../ticker-row.js';
import { tradeRow } from '../trade-rows.js';
import { type Endpoint, chosenInstruments, requiredInstrument } from './endpoint.js';

const TICKER_TYPES = ['SPOT', 'SWAP', 'FUTURES', 'OPTION'] as const;
const MAX_DEPTH = 400;
const MAX_TRADES = 500;
// The venue renews what it answers with from a cache every 50 ms.
const BOOK_CACHE_MS = 50;

/** `GET /api/v5/market/books`: one level a side unless `sz` asks for more. */
export const books: Endpoint = {
  limit: 'booksRequests',
  answer: (context, parameters) => {
    const instrument = requiredInstrument(context, parameters);
    const depth = parameters.count('sz', 1, MAX_DEPTH);
    const { book } = instrument.market;
    const renewedMs = Math.floor(context.time.marketNow() / BOOK_CACHE_MS) * BOOK_CACHE_MS;
    const change = book.changeAt(renewedMs);
    const sides = context.books.sides(instrument, change, depth);
    return [`{${sides},"ts":"${context.time.stampOf(renewedMs)}","seqId":${book.updateId(change)}}`];
  },
};

/** `GET /api/v5/market/trades`: the newest trades, newest first. */
export const trades: Endpoint = {
  limit: 'tradesRequests',
  answer: (context, parameters) => {
    const instrument = requiredInstrument(context, parameters);
    const limit = parameters.count('limit', 100, MAX_TRADES);
    const { tape } = instrument.market;
    const now = context.time.marketNow();
    const newest = tape.trades(tape.nextTradeId(now) - limit, now, limit).reverse();
    return newest.map((trade) => tradeRow(instrument, context.time, trade));
  },
};

/** `GET /api/v5/market/ticker` */
export const ticker: Endpoint = {
  limit: 'tickerRequests',
  answer: (context, parameters) => [rowNow(context, requiredInstrument(context, parameters))],
};

/** `GET /api/v5/market/tickers` */
export const tickers: Endpoint = {
  limit: 'tickersRequests',
  answer: (context, parameters) => {
    const type = parameters.oneOf('instType', TICKER_TYPES);
    const chosen = type === 'OPTION' ? [] : chosenInstruments(context, parameters, type);
    return chosen.map((instrument) => rowNow(context, instrument));
  },
};

function rowNow({ time }: OkxContext, instrument: Parameters<typeof tickerRow>[0]): string {
  return tickerRow(instrument, time, time.marketNow());
}
