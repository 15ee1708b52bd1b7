export type { BookChange, BookLevel, BookRule, BookSideView, BookSnapshot, BookState } from './contracts.js';
export { BookKeeper, type BookKeeperOptions } from './keeper.js';
export { binanceBook, binanceUsdmBook, bybitBook, coinbaseBook, deribitBook, okxBook } from './rules.js';
export type { BookFlaw } from './sync.js';
export { subscribeBook, type StreamSource, type SubscribedBook, type SubscribedBookOptions } from './subscribe-book.js';
