import type { BookLevels } from '../../../market/index.js';

/** The same levels with a bid above the best ask: what a client should refuse to believe. */
export function crossed({ bids, asks }: BookLevels): BookLevels {
  const [bestBid] = bids;
  const [bestAsk] = asks;
  if (!bestBid || !bestAsk) return { bids, asks };
  return { bids: [[bestAsk[0] + 1, bestBid[1]], ...bids], asks };
}

/** Writes a spoiled message, where the way to spoil it is this one. */
export function onlyCrossed(write: () => string): (spoil: string) => string | undefined {
  return (spoil) => (spoil === 'crossed' ? write() : undefined);
}
