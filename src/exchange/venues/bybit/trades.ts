import type { Trade } from '../../market/index.js';
import type { Instrument } from './instruments.js';

/** The side of the taker. */
export function takerSide({ buyerIsMaker }: Trade): 'Buy' | 'Sell' {
  return buyerIsMaker ? 'Sell' : 'Buy';
}

/**
 * The execution's id: a number on spot, a UUID on contracts. The trade's id is its last fifteen digits, or its last
 * twelve hexadecimal ones.
 */
export function executionId({ category, market }: Instrument, trade: Trade): string {
  if (category === 'spot') return `2100${String(trade.id).padStart(15, '0')}`;
  const symbol = market.spec.rank.toString(16).padStart(8, '0');
  return `${symbol}-0000-5000-8000-${trade.id.toString(16).padStart(12, '0')}`;
}
