import { Beat, type FeedEvent } from '../../../feed/index.js';
import type { Interval } from '../../../market/index.js';
import { type ChannelContext, type OpenChannel, messageHead } from '../channel.js';
import { barAt } from '../endpoints/kline.js';
import type { Instrument } from '../instruments.js';

const PERIOD_MS = 1_000;

/** `kline.{interval}.{symbol}`: the bar as it grows, and once more when it has closed. Ids are a counter's. */
export function klineChannel(interval: Interval): OpenChannel {
  return (context, instrument, topic) => {
    const { counter, time } = context;
    const beat = new Beat(PERIOD_MS, instrument.market.spec.rank, time.marketNow());
    let openMs = interval.openOf(time.stampOf(time.marketNow()));
    const event = (openMs: number, closed: boolean): FeedEvent => {
      const id = counter.next++;
      const row = rowJson(context, instrument, interval, { openMs, closed });
      const text = `${messageHead(instrument, topic, 'snapshot', time.stamp())},"data":[${row}]}`;
      return { firstId: id, lastId: id, frame: () => text };
    };
    return {
      symbol: instrument.name,
      get nextId() {
        return counter.next;
      },
      poll: (marketMs) => {
        const current = interval.openOf(time.stampOf(marketMs));
        const events = current > openMs ? [event(openMs, true)] : [];
        openMs = current;
        if (beat.due(marketMs)) events.push(event(openMs, false));
        return events;
      },
    };
  };
}

function rowJson(
  context: ChannelContext,
  instrument: Instrument,
  interval: Interval,
  { openMs, closed }: { readonly openMs: number; readonly closed: boolean },
): string {
  const { time } = context;
  const bar = barAt(context, instrument, interval, openMs);
  const endMs = interval.shift(openMs, 1) - 1;
  const span = `"start":${openMs},"end":${endMs},"interval":"${interval.name}"`;
  const prices = `"open":"${instrument.price(bar.open)}","close":"${instrument.price(bar.close)}","high":"${instrument.price(bar.high)}","low":"${instrument.price(bar.low)}"`;
  const traded = `"volume":"${instrument.quantity(bar.lots)}","turnover":"${instrument.amount(bar.value)}"`;
  const state = `"confirm":${closed},"timestamp":${Math.min(endMs, time.stampOf(time.marketNow()))}`;
  return `{${span},${prices},${traded},${state}}`;
}
