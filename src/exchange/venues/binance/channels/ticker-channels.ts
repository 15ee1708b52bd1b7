import { Beat } from '../../../feed/index.js';
import { type Channel, type ChannelContext, sentAt } from '../channel.js';
import { type DayStatistics, dayStatistics } from '../day-statistics.js';
import type { TimeUnit } from '../frame-form.js';

const PERIOD_MS = 1000;

type WriteTicker = (context: ChannelContext, day: DayStatistics, marketMs: number, unit: TimeUnit) => string;

/** `<symbol>@miniTicker`, every second. Ids are a counter's. */
export function miniTickerChannel(context: ChannelContext): Channel {
  return tickerChannel(context, '24hrMiniTicker', miniFields);
}

/** `<symbol>@ticker`, every second. Ids are a counter's. */
export function fullTickerChannel(context: ChannelContext): Channel {
  return tickerChannel(context, '24hrTicker', fullFields);
}

function tickerChannel(context: ChannelContext, event: string, fields: WriteTicker): Channel {
  const { counter, symbol, time } = context;
  const beat = new Beat(PERIOD_MS, symbol.market.spec.rank, time.marketNow());
  return {
    get nextId() {
      return counter.next;
    },
    poll: (marketMs) => {
      if (!beat.due(marketMs)) return [];
      const wallMs = time.now();
      const id = counter.next++;
      const day = dayStatistics(symbol, marketMs);
      const json = (unit: TimeUnit): string =>
        `{"e":"${event}","E":${sentAt(wallMs, unit)},"s":"${symbol.name}",${fields(context, day, marketMs, unit)}}`;
      return [{ firstId: id, lastId: id, json }];
    },
  };
}

function miniFields(_context: ChannelContext, day: DayStatistics): string {
  const prices = `"c":"${day.lastPrice}","o":"${day.open}","h":"${day.high}","l":"${day.low}"`;
  return `${prices},"v":"${day.volume}","q":"${day.quoteVolume}"`;
}

function fullFields({ symbol, time }: ChannelContext, day: DayStatistics, marketMs: number, unit: TimeUnit): string {
  const { bidTicks, bidLots, askTicks, askLots } = day.touch;
  const moves = `"p":"${day.priceChange}","P":"${day.priceChangePercent}","w":"${day.weightedAveragePrice}","x":"${day.previousClose}"`;
  const last = `"c":"${day.lastPrice}","Q":"${day.lastQuantity}"`;
  const bid = `"b":"${symbol.price(bidTicks)}","B":"${symbol.quantity(bidLots)}"`;
  const ask = `"a":"${symbol.price(askTicks)}","A":"${symbol.quantity(askLots)}"`;
  const range = `"o":"${day.open}","h":"${day.high}","l":"${day.low}","v":"${day.volume}","q":"${day.quoteVolume}"`;
  const span = `"O":${time.stampOf(day.fromMs, unit)},"C":${time.stampOf(marketMs, unit)}`;
  return `${moves},${last},${bid},${ask},${range},${span},"F":${day.firstTradeId},"L":${day.lastTradeId},"n":${day.trades}`;
}
