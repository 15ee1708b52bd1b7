import { type Bar, type Interval, fixedInterval } from '../../market/index.js';
import type { DeribitContext } from './context.js';
import type { DeribitInstrument } from './instruments.js';
import { rounded } from './numbers.js';

const MINUTE_MS = 60_000;

const RESOLUTIONS: ReadonlyMap<string, Interval> = new Map(
  [1, 3, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => {
    const name = minutes === 1440 ? '1D' : String(minutes);
    return [name, fixedInterval(name, minutes * MINUTE_MS)] as const;
  }),
);

/** Finds a chart's resolution by name: minutes, or `1D`. */
export function findResolution(name: string): Interval | undefined {
  return RESOLUTIONS.get(name);
}

/** The bar that opens at `openMs` of the calendar, as far as it has got by `marketMs`. */
export function barAt(
  { time }: DeribitContext,
  instrument: DeribitInstrument,
  interval: Interval,
  openMs: number,
  marketMs: number,
): Bar {
  return instrument.candles.bar(openMs - time.epochMs, interval.shift(openMs, 1) - time.epochMs, marketMs);
}

/** The numbers of a bar as the venue writes them. */
export function barNumbers(instrument: DeribitInstrument, bar: Bar) {
  return {
    open: instrument.price(bar.open),
    high: instrument.price(bar.high),
    low: instrument.price(bar.low),
    close: instrument.price(bar.close),
    volume: rounded(instrument.baseVolume(bar), 8),
    cost: rounded(instrument.quoteVolume(bar), 4),
  };
}
