export type { Bar } from './bar.js';
export { type CandleSource, Candles } from './candles.js';
export { decimalWriter } from './decimal.js';
export { BOOK_DEPTH, type BookLevels, type Level, type OrderBook, type Touch } from './order-book.js';
export type { SymbolSpec } from './symbol-spec.js';
export { type MarketOptions, type MarketSymbol, SyntheticMarket } from './synthetic-market.js';
export { HISTORY_MS, type TakerOrder, type Trade, type TradeTape, fillsOf } from './trade-tape.js';
