import { binance, binanceUsdm } from './binance.mjs';
import { bybit } from './bybit.mjs';
import { coinbase } from './coinbase.mjs';
import { deribit } from './deribit.mjs';
import { okx } from './okx.mjs';

/**
 * How the client is pointed at each mock, and how what it shows is found in the market's core.
 *
 * symbols       what is watched, as the client calls it
 * depth         levels a side of the book that the client keeps
 * paceMs        how long after one symbol the next is watched; at once when left out
 * open          makes a client of one endpoint
 * instrument    what a market of the client is in the core
 * streams       the exchange's names of the streams behind book, trades, ticker, and candles where the client has them
 * streamOf      the exchange's name of the stream that a message belongs to
 * restChange    the change of the core's book that a fetched book shows; streamChange: that a watched one does
 * tradeIds      the first and the last trade of the core that a trade of the client consists of
 * fundingRate   what the funding rate should be; that of eight fixed hours when left out
 * mergesBooks   the client cannot begin a book anew
 * gapError      what the client throws when messages are missing; left out where it does not look
 */
export const venues = { binance, 'binance-usdm': binanceUsdm, okx, deribit, bybit, coinbase };
