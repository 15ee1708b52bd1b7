import { Beat } from '../../../feed/index.js';
import { type Channel, type ChannelContext, type ChannelEvent, sentAt } from '../channel.js';
import type { Interval } from '../../../market/index.js';
import { barAt } from '../klines.js';

/** `<symbol>@kline_<interval>`: the bar as it grows, and once more when it closes (`x` true). Ids are a counter's. */
export function klineChannel(context: ChannelContext, interval: Interval, periodMs: number): Channel {
  const { counter, symbol, time } = context;
  const beat = new Beat(periodMs, symbol.market.spec.rank, time.marketNow());
  let openMs = interval.openOf(time.stampOf(time.marketNow()));
  return {
    get nextId() {
      return counter.next;
    },
    poll: (marketMs) => {
      const current = interval.openOf(time.stampOf(marketMs));
      const events: ChannelEvent[] = [];
      if (current > openMs) events.push(klineEvent(context, interval, openMs, true));
      openMs = current;
      if (beat.due(marketMs)) events.push(klineEvent(context, interval, openMs, false));
      return events;
    },
  };
}

function klineEvent(context: ChannelContext, interval: Interval, openMs: number, closed: boolean): ChannelEvent {
  const { counter, symbol, time } = context;
  const wallMs = time.now();
  const bar = barAt(context, symbol, interval, openMs);
  const id = counter.next++;
  const trades = bar.endTradeId - bar.firstTradeId;
  const ids = trades > 0 ? `"f":${bar.firstTradeId},"L":${bar.endTradeId - 1}` : '"f":-1,"L":-1';
  const prices = `"o":"${symbol.price(bar.open)}","c":"${symbol.price(bar.close)}","h":"${symbol.price(bar.high)}","l":"${symbol.price(bar.low)}"`;
  const all = `"v":"${symbol.quantity(bar.lots)}","n":${trades},"x":${closed},"q":"${symbol.amount(bar.value)}"`;
  const bought = `"V":"${symbol.quantity(bar.takerLots)}","Q":"${symbol.amount(bar.takerValue)}"`;
  return {
    firstId: id,
    lastId: id,
    json: (unit) => {
      const closeMs = interval.shift(openMs, 1);
      const span = `"t":${openMs * unit},"T":${closeMs * unit - 1},"s":"${symbol.name}","i":"${interval.name}"`;
      return `{"e":"kline","E":${sentAt(wallMs, unit)},"s":"${symbol.name}","k":{${span},${ids},${prices},${all},${bought},"B":"0"}}`;
    },
  };
}
