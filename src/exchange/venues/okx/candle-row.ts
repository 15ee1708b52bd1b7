import type { VenueTime } from '../../feed/index.js';
import type { Bar, Interval } from '../../market/index.js';
import type { OkxInstrument } from './instruments.js';
import { volumes } from './ticker-row.js';

/** The bar that opens at `openMs` (calendar time), as far as it has got at this market time. */
export function barAt(
  instrument: OkxInstrument,
  { epochMs }: VenueTime,
  interval: Interval,
  openMs: number,
  marketMs: number,
): Bar {
  return instrument.candles.bar(openMs - epochMs, interval.shift(openMs, 1) - epochMs, marketMs);
}

/** A candle: `["ts","o","h","l","c","vol","volCcy","volCcyQuote","confirm"]`. */
export function candleRow(instrument: OkxInstrument, openMs: number, bar: Bar, closed: boolean): string {
  const { price } = instrument;
  const { volume, currencyVolume, quoteVolume } = volumes(instrument, bar.lots, bar.value);
  const prices = `"${price(bar.open)}","${price(bar.high)}","${price(bar.low)}","${price(bar.close)}"`;
  return `["${openMs}",${prices},"${volume}","${currencyVolume}","${quoteVolume}","${closed ? 1 : 0}"]`;
}
