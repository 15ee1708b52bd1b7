import type { Touch } from '../../market/index.js';
import type { EndpointContext } from './endpoint.js';
import type { Statistics } from './statistics.js';
import type { BinanceSymbol } from './symbols.js';

/** Statistics in the names of the REST tickers, in the groups of which the answers consist. */
export function statisticsJson(window: Statistics) {
  const { priceChange, priceChangePercent, weightedAveragePrice, firstTradeId, lastTradeId } = window;
  return {
    moves: `"priceChange":"${priceChange}","priceChangePercent":"${priceChangePercent}","weightedAvgPrice":"${weightedAveragePrice}"`,
    last: `"lastPrice":"${window.lastPrice}"`,
    range: `"openPrice":"${window.open}","highPrice":"${window.high}","lowPrice":"${window.low}"`,
    volume: `"volume":"${window.volume}","quoteVolume":"${window.quoteVolume}"`,
    ids: `"firstId":${firstTradeId},"lastId":${lastTradeId},"count":${window.trades}`,
  };
}

/** The best bid and ask in the names of the REST tickers. */
export function restTouch(symbol: BinanceSymbol, { bidTicks, bidLots, askTicks, askLots }: Touch): string {
  const bid = `"bidPrice":"${symbol.price(bidTicks)}","bidQty":"${symbol.quantity(bidLots)}"`;
  return `${bid},"askPrice":"${symbol.price(askTicks)}","askQty":"${symbol.quantity(askLots)}"`;
}

/** The price of the newest trade. */
export function lastPrice({ time }: EndpointContext, symbol: BinanceSymbol): string {
  const { tape } = symbol.market;
  const now = time.marketNow();
  return symbol.price(tape.trades(tape.nextTradeId(now) - 1, now, 1)[0]?.ticks ?? 0);
}
