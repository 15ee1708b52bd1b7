import { Beat, type Feed } from '../../../feed/index.js';
import { tickerRow } from '../ticker-row.js';
import { type ChannelContext, countedFeed } from './channel.js';

const PERIOD_MS = 100;

/** `tickers`: at most each 100 ms, when there was a trade or the touch changed. Ids are a counter's. */
export function tickerChannel(context: ChannelContext): Feed {
  const { instrument, time } = context;
  const { book, tape, spec } = instrument.market;
  const start = time.marketNow();
  const beat = new Beat(PERIOD_MS, spec.rank, start);
  let seen = { change: book.changeAt(start), nextTradeId: tape.nextTradeId(start) };
  const row = (marketMs: number): string => tickerRow(instrument, time, marketMs);
  return countedFeed(context, row, (marketMs) => {
    if (!beat.due(marketMs)) return [];
    const now = { change: book.changeAt(marketMs), nextTradeId: tape.nextTradeId(marketMs) };
    // Each change of this market's books changes a best size.
    if (now.change === seen.change && now.nextTradeId === seen.nextTradeId) return [];
    seen = now;
    return [row(marketMs)];
  });
}
