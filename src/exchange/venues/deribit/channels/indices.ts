import type { Feed } from '../../../feed/index.js';
import { type ChannelContext, cadence, stateFeed } from '../channel.js';
import type { DeribitInstrument } from '../instruments.js';
import { rounded } from '../numbers.js';

const PERIOD_MS = 1000;
const VOLATILITY_PLACES = 4;

/** `deribit_price_index.{index}`, every second. Ids are a counter's. */
export function priceIndexFeed(context: ChannelContext, instrument: DeribitInstrument, index: string): Feed {
  const { time } = context;
  const read = (marketMs: number): string => {
    const price = instrument.finePrice(instrument.perpetual.contract.indexTicks(marketMs));
    return `{"index_name":"${index}","price":${price},"timestamp":${time.stampOf(marketMs)}}`;
  };
  return stateFeed(context, '', read, cadence(PERIOD_MS, instrument, time.marketNow()));
}

/** `deribit_volatility_index.{index}`, every second. Ids are a counter's. */
export function volatilityFeed(context: ChannelContext, instrument: DeribitInstrument, index: string): Feed {
  const { time, volatility } = context;
  const read = (marketMs: number): string => {
    const value = rounded(volatility.at(instrument.base, marketMs), VOLATILITY_PLACES);
    return `{"timestamp":${time.stampOf(marketMs)},"volatility":${value},"index_name":"${index}"}`;
  };
  return stateFeed(context, '', read, cadence(PERIOD_MS, instrument, time.marketNow()));
}
