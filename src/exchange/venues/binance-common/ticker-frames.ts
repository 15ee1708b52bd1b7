import { sentAt } from './channel.js';
import type { Moment, WriteReport } from './channels/periodic-channels.js';
import type { EndpointContext } from './endpoint.js';
import type { TimeUnit } from './frame-form.js';
import { type Statistics, dayStatistics, windowStatistics } from './statistics.js';
import type { BinanceSymbol } from './symbols.js';

const HOUR_MS = 3_600_000;
const WINDOWS: Readonly<Record<string, number>> = { '1h': HOUR_MS, '4h': 4 * HOUR_MS, '1d': 24 * HOUR_MS };

/** `24hrMiniTicker` */
export const miniTicker: WriteReport = (_context, symbol, { marketMs, wallMs }) => {
  const day = dayStatistics(symbol, marketMs);
  const prices = `"c":"${day.lastPrice}","o":"${day.open}","h":"${day.high}","l":"${day.low}"`;
  const fields = `${prices},"v":"${day.volume}","q":"${day.quoteVolume}"`;
  return (unit) => `${head('24hrMiniTicker', symbol, wallMs, unit)},${fields}}`;
};

/** `24hrTicker`, with the price before the window and the touch when it is the spot market's. */
export function dayTicker(withTouch: boolean): WriteReport {
  return (context, symbol, moment) => {
    const day = dayStatistics(symbol, moment.marketMs);
    const { bidTicks, bidLots, askTicks, askLots } = day.touch;
    const previous = withTouch ? `,"x":"${day.previousClose}"` : '';
    const bid = `"b":"${symbol.price(bidTicks)}","B":"${symbol.quantity(bidLots)}"`;
    const ask = `"a":"${symbol.price(askTicks)}","A":"${symbol.quantity(askLots)}"`;
    const touch = withTouch ? `,${bid},${ask}` : '';
    const last = `"c":"${day.lastPrice}","Q":"${day.lastQuantity}"`;
    const fields = `${changeJson(day)},"w":"${day.weightedAveragePrice}"${previous},${last}${touch},${rangeJson(day)}`;
    return (unit) =>
      `${head('24hrTicker', symbol, moment.wallMs, unit)},${fields},${spanJson(context, day, moment, unit)}}`;
  };
}

/** `1hTicker`, `4hTicker` or `1dTicker`: a rolling window; undefined for a window of another size. */
export function windowTicker(size: string): WriteReport | undefined {
  const lengthMs = Object.hasOwn(WINDOWS, size) ? WINDOWS[size] : undefined;
  if (lengthMs === undefined) return undefined;
  return (context, symbol, moment) => {
    const window = windowStatistics(symbol, context.time, lengthMs, moment.marketMs);
    const range = `"o":"${window.open}","h":"${window.high}","l":"${window.low}","c":"${window.lastPrice}"`;
    const all = `"w":"${window.weightedAveragePrice}","v":"${window.volume}","q":"${window.quoteVolume}"`;
    return (unit) =>
      `${head(`${size}Ticker`, symbol, moment.wallMs, unit)},${changeJson(window)},${range},${all},${spanJson(context, window, moment, unit)}}`;
  };
}

function head(event: string, symbol: BinanceSymbol, wallMs: number, unit: TimeUnit): string {
  return `{"e":"${event}","E":${sentAt(wallMs, unit)},"s":"${symbol.name}"`;
}

function changeJson({ priceChange, priceChangePercent }: Statistics): string {
  return `"p":"${priceChange}","P":"${priceChangePercent}"`;
}

function rangeJson(day: Statistics): string {
  return `"o":"${day.open}","h":"${day.high}","l":"${day.low}","v":"${day.volume}","q":"${day.quoteVolume}"`;
}

function spanJson({ time }: EndpointContext, window: Statistics, { marketMs }: Moment, unit: TimeUnit): string {
  const span = `"O":${time.stampOf(window.fromMs, unit)},"C":${time.stampOf(marketMs, unit)}`;
  return `${span},"F":${window.firstTradeId},"L":${window.lastTradeId},"n":${window.trades}`;
}
