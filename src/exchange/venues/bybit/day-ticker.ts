import type { VenueTime } from '../../feed/index.js';
import { type Bar, fixedInterval } from '../../market/index.js';
import type { Instrument } from './instruments.js';
import { TickTracker } from './tick-direction.js';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
export const FUNDING = fixedInterval('funding', 8 * HOUR_MS);

/** Fields of a ticker by the venue's names, in its order. */
export type TickerFields = Readonly<Record<string, string>>;

/** Tickers of all instruments. Streams ask far more often than a day changes: it is summed up once a second. */
export class TickerBoard {
  readonly #time: VenueTime;
  readonly #days = new WeakMap<Instrument, { readonly second: number; readonly bar: Bar }>();

  constructor(time: VenueTime) {
    this.#time = time;
  }

  /** What every ticker says, without the touch. */
  day(instrument: Instrument, marketMs: number): TickerFields {
    const bar = this.#bar(instrument, marketMs);
    const last = this.#lastTicks(instrument, marketMs);
    return {
      symbol: instrument.name,
      lastPrice: instrument.price(last),
      highPrice24h: instrument.price(Math.max(bar.high, last)),
      lowPrice24h: instrument.price(Math.min(bar.low, last)),
      prevPrice24h: instrument.price(bar.open),
      volume24h: instrument.quantity(bar.lots),
      turnover24h: instrument.amount(bar.value),
      price24hPcnt: ((last - bar.open) / bar.open).toFixed(4),
    };
  }

  touch(instrument: Instrument, marketMs: number): TickerFields {
    const { book } = instrument.market;
    const { bidTicks, bidLots, askTicks, askLots } = book.touch(book.changeAt(marketMs));
    return {
      bid1Price: instrument.price(bidTicks),
      bid1Size: instrument.quantity(bidLots),
      ask1Price: instrument.price(askTicks),
      ask1Size: instrument.quantity(askLots),
    };
  }

  /** The pair's price in dollars: the middle of its touch. */
  usdIndex(instrument: Instrument, marketMs: number): TickerFields {
    const { book } = instrument.market;
    return { usdIndexPrice: instrument.meanPrice(book.touch(book.changeAt(marketMs)).bidTicks + 0.5) };
  }

  /** What the ticker of a contract says beyond that; nothing for a spot pair. */
  contract(instrument: Instrument, marketMs: number): TickerFields {
    const { contract } = instrument;
    if (!contract) return {};
    const { book, tape } = instrument.market;
    const settlesMs = FUNDING.shift(FUNDING.openOf(this.#time.stampOf(marketMs)), 1);
    const lots = contract.openInterestLots(marketMs);
    const markTicks = Math.round(contract.markTicks(marketMs));
    const openInterest = instrument.quantity(lots);
    const openInterestValue = instrument.amount(lots * markTicks);
    return {
      tickDirection: new TickTracker(tape, tape.nextTradeId(marketMs)).direction,
      prevPrice1h: instrument.price(book.touch(book.changeAt(marketMs - HOUR_MS)).bidTicks),
      markPrice: instrument.price(markTicks),
      indexPrice: instrument.price(Math.round(contract.indexTicks(marketMs))),
      openInterest,
      openInterestValue,
      singleOpenInterest: openInterest,
      singleOpenInterestValue: openInterestValue,
      fundingRate: fundingRateAt(instrument, settlesMs),
      nextFundingTime: String(settlesMs),
      fundingIntervalHour: '8',
      fundingCap: '0.005',
    };
  }

  #bar(instrument: Instrument, marketMs: number): Bar {
    const second = Math.floor(marketMs / SECOND_MS);
    const kept = this.#days.get(instrument);
    if (kept?.second === second) return kept.bar;
    const { bar } = instrument.candles.day(second * SECOND_MS);
    this.#days.set(instrument, { second, bar });
    return bar;
  }

  #lastTicks({ market: { tape, book } }: Instrument, marketMs: number): number {
    const trade = tape.trades(tape.nextTradeId(marketMs) - 1, marketMs, 1)[0];
    return trade?.ticks ?? book.touch(book.changeAt(marketMs)).bidTicks;
  }
}

/** The rate that is settled at this calendar time, which ends a funding period. */
export function fundingRateAt({ contract }: Instrument, settlesMs: number): string {
  const period = Math.round((settlesMs - FUNDING.shift(0, 1)) / FUNDING.shift(0, 1));
  return (contract?.fundingRate(period) ?? 0).toFixed(8);
}
