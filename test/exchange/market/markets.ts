import { FakeClock } from '../../../src/base/index.js';
import { type MarketSymbol, SyntheticMarket } from '../../../src/exchange/market/index.js';

/** A market at market time 0 on a clock of its own. */
export function marketOf(options: { seed?: string; symbols?: number; activity?: number } = {}): SyntheticMarket {
  return new SyntheticMarket({ seed: 'test', symbols: 4, activity: 1, ...options, clock: new FakeClock() });
}

/** The symbol of a rank in a market made for it. */
export function symbolOf(rank: number, options: { seed?: string; activity?: number } = {}): MarketSymbol {
  const symbol = marketOf({ ...options, symbols: rank + 1 }).symbols[rank];
  if (!symbol) throw new Error(`no symbol of rank ${rank}`);
  return symbol;
}
