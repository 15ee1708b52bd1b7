import { Beat, type Feed } from '../../../feed/index.js';
import type { Interval } from '../../../market/index.js';
import { barAt, candleRow } from '../candle-row.js';
import { type ChannelContext, countedFeed } from './channel.js';

const PERIOD_MS = 1_000;

/** `candle<bar>`: the bar as it grows, at most once a second, and once more when it is complete. */
export function candleChannel(context: ChannelContext, interval: Interval): Feed {
  const { instrument, time } = context;
  const { spec, tape } = instrument.market;
  const openAt = (marketMs: number): number => interval.openOf(time.stampOf(marketMs));
  const start = time.marketNow();
  const beat = new Beat(PERIOD_MS, spec.rank, start);
  let openMs = openAt(start);
  let seenTradeId = tape.nextTradeId(start);
  const row = (marketMs: number, open: number, closed: boolean): string =>
    candleRow(instrument, open, barAt(instrument, time, interval, open, marketMs), closed);
  return countedFeed(
    context,
    (marketMs) => row(marketMs, openAt(marketMs), false),
    (marketMs) => {
      const current = openAt(marketMs);
      const rows: string[] = [];
      if (current > openMs) {
        rows.push(row(marketMs, openMs, true));
        openMs = current;
        // The new bar is news even without a trade.
        seenTradeId = -1;
      }
      const nextTradeId = tape.nextTradeId(marketMs);
      if (beat.due(marketMs) && nextTradeId !== seenTradeId) {
        seenTradeId = nextTradeId;
        rows.push(row(marketMs, current, false));
      }
      return rows;
    },
  );
}
