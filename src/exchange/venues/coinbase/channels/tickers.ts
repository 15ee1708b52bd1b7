import { Beat, type FeedEvent } from '../../../feed/index.js';
import { type ChannelContext, type OpenChannel, event } from '../channel.js';
import { isoTime } from '../iso-time.js';
import type { CoinbaseProduct } from '../products.js';

const BATCH_PERIOD_MS = 5_000;

/** `ticker`: after every trade; trades that come together share one. Ids are those of the trades behind it. */
export const ticker: OpenChannel = (context, product) => tickerFeed(context, product, () => true);

/** `ticker_batch`: every five seconds in which something was traded. */
export const tickerBatch: OpenChannel = (context, product) => {
  const beat = new Beat(BATCH_PERIOD_MS, product.market.spec.rank, context.time.marketNow());
  return tickerFeed(context, product, (marketMs) => beat.due(marketMs));
};

function tickerFeed(
  context: ChannelContext,
  product: CoinbaseProduct,
  due: (marketMs: number) => boolean,
): ReturnType<OpenChannel> {
  const { tape } = product.market;
  let sentMs = context.time.marketNow();
  let nextId = tape.nextTradeId(sentMs);
  return {
    symbol: product.id,
    get nextId() {
      return nextId;
    },
    greet: () => tickerEvents(context, product, nextId - 1, sentMs),
    poll: (marketMs) => {
      const end = tape.nextTradeId(marketMs);
      if (!due(marketMs) || end === nextId) return [];
      const events = tickerEvents(context, product, nextId, marketMs);
      nextId = end;
      sentMs = marketMs;
      return events;
    },
  };
}

/** The ticker at a market moment, as one event that begins at `firstId` and ends with the last trade. */
function tickerEvents(
  { statistics, time }: ChannelContext,
  product: CoinbaseProduct,
  firstId: number,
  marketMs: number,
): FeedEvent[] {
  const { book, tape } = product.market;
  const trade = tape.trades(tape.nextTradeId(marketMs) - 1, marketMs, 1)[0];
  if (!trade) return [];
  const { bidTicks, bidLots, askTicks, askLots } = book.touch(book.changeAt(marketMs));
  const { open, high, low, volume, monthVolume } = statistics.of(product, marketMs);
  const head = `"sequence":${product.sequenceOf(trade.id, trade.marketMs)},"product_id":"${product.id}"`;
  const price = `"price":"${product.price(trade.ticks)}"`;
  const day = `"open_24h":"${open}","volume_24h":"${volume}","low_24h":"${low}","high_24h":"${high}","volume_30d":"${monthVolume}"`;
  const bid = `"best_bid":"${product.price(bidTicks)}","best_bid_size":"${product.size(bidLots)}"`;
  const ask = `"best_ask":"${product.price(askTicks)}","best_ask_size":"${product.size(askLots)}"`;
  // Unlike that of a match, this side is the taker's.
  const last = `"side":"${trade.buyerIsMaker ? 'sell' : 'buy'}","time":"${isoTime(time.epochMs + trade.marketMs)}","trade_id":${trade.id},"last_size":"${product.size(trade.lots)}"`;
  return [event(firstId, trade.id, `{"type":"ticker",${head},${price},${day},${bid},${ask},${last}}`)];
}
