import type { Feed, FeedEvent } from '../../../feed/index.js';
import type { Bar, Interval } from '../../../market/index.js';
import { type ChannelContext, cadence, notification } from '../channel.js';
import { barAt, barNumbers } from '../charts.js';
import type { DeribitInstrument } from '../instruments.js';

const PERIOD_MS = 1000;

/** `chart.trades.{instrument}.{resolution}`: the bar as it grows, once more when it has ended. Ids are a counter's. */
export function chartFeed(context: ChannelContext, instrument: DeribitInstrument, interval: Interval): Feed {
  const { channel, counter, time } = context;
  const due = cadence(PERIOD_MS, instrument, time.marketNow());
  let openMs = interval.openOf(time.stampOf(time.marketNow()));
  let told: Bar | undefined;
  const tell = (marketMs: number): FeedEvent[] => {
    const bar = barAt(context, instrument, interval, openMs, marketMs);
    if (told?.endTradeId === bar.endTradeId && told.firstTradeId === bar.firstTradeId) return [];
    told = bar;
    const id = counter.next++;
    return [notification(channel, barJson(instrument, openMs, bar), { firstId: id, lastId: id })];
  };
  let last = tell(time.marketNow());
  return {
    symbol: instrument.name,
    get nextId() {
      return counter.next;
    },
    greet: () => last.slice(-1),
    poll: (marketMs) => {
      const current = interval.openOf(time.stampOf(marketMs));
      const ended = current > openMs;
      const events = ended ? tell(marketMs) : [];
      openMs = current;
      if (ended || due(marketMs)) events.push(...tell(marketMs));
      if (events.length > 0) last = events;
      return events;
    },
  };
}

function barJson(instrument: DeribitInstrument, openMs: number, bar: Bar): string {
  const { open, high, low, close, volume, cost } = barNumbers(instrument, bar);
  return `{"tick":${openMs},"open":${open},"high":${high},"low":${low},"close":${close},"volume":${volume},"cost":${cost}}`;
}
