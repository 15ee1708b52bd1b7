import type { VenueTime } from '../../feed/index.js';
import { daySummary } from '../../market/index.js';
import type { OkxInstrument } from './instruments.js';
import { dayStarts } from './intervals.js';

/** An item of `ticker`, `tickers`: last trade, touch, and the rolling 24 hours. */
export function tickerRow(instrument: OkxInstrument, time: VenueTime, marketMs: number): string {
  const { price, size } = instrument;
  const { bar, last, touch } = daySummary(instrument.market, instrument.candles, marketMs);
  const { bidTicks, bidLots, askTicks, askLots } = touch;
  const ts = time.stampOf(marketMs);
  const days = dayStarts(ts);
  const trade = `"last":"${price(bar.close)}","lastSz":"${size(last?.lots ?? 0)}"`;
  const quote = `"askPx":"${price(askTicks)}","askSz":"${size(askLots)}","bidPx":"${price(bidTicks)}","bidSz":"${size(bidLots)}"`;
  const range = `"open24h":"${price(bar.open)}","high24h":"${price(bar.high)}","low24h":"${price(bar.low)}"`;
  const { volume, currencyVolume } = volumes(instrument, bar.lots, bar.value);
  const begins = `"sodUtc0":"${openingPrice(instrument, days.utc - time.epochMs)}","sodUtc8":"${openingPrice(instrument, days.hongKong - time.epochMs)}"`;
  return `{"instType":"${instrument.type}","instId":"${instrument.id}",${trade},${quote},${range},"volCcy24h":"${currencyVolume}","vol24h":"${volume}",${begins},"ts":"${ts}"}`;
}

/**
 * A volume as the venue counts it: spot in base currency, with the quote amount as `currencyVolume`; contracts in
 * contracts, with base currency.
 */
export function volumes(instrument: OkxInstrument, lots: number, value: number) {
  const quoteVolume = instrument.amount(value);
  const currencyVolume = instrument.type === 'SWAP' ? instrument.coins(lots) : quoteVolume;
  return { volume: instrument.size(lots), currencyVolume, quoteVolume };
}

function openingPrice(instrument: OkxInstrument, marketMs: number): string {
  const { book } = instrument.market;
  return instrument.price(book.touch(book.changeAt(marketMs)).bidTicks);
}
