import type { Feed } from '../../../feed/index.js';
import { type ChannelContext, cadence, stateFeed } from '../channel.js';
import { fundingRate8h } from '../funding.js';
import type { DeribitInstrument } from '../instruments.js';
import { rounded } from '../numbers.js';
import { tickerMembers } from '../ticker.js';

const PERPETUAL_RAW_MS = 100;

/** `ticker.{instrument}.{interval}`: the ticker, whenever the book changed. Ids are a counter's. */
export function tickerFeed(context: ChannelContext, instrument: DeribitInstrument, periodMs: number): Feed {
  const { time } = context;
  const due = cadence(periodMs, instrument, time.marketNow());
  const changed = changeWatch(instrument, time.marketNow());
  return stateFeed(
    context,
    instrument.name,
    (marketMs) => `{${tickerMembers(context, instrument, marketMs)}}`,
    (marketMs) => due(marketMs) && changed(marketMs),
  );
}

/** `quote.{instrument}`: the best bid and ask after every change of either. Ids are a counter's. */
export function quoteFeed(context: ChannelContext, instrument: DeribitInstrument): Feed {
  const { time } = context;
  const { book } = instrument.market;
  const read = (marketMs: number): string => {
    const { bidTicks, bidLots, askTicks, askLots } = book.touch(book.changeAt(marketMs));
    const bid = `"best_bid_price":${instrument.price(bidTicks)},"best_bid_amount":${instrument.amount(bidLots)}`;
    const ask = `"best_ask_price":${instrument.price(askTicks)},"best_ask_amount":${instrument.amount(askLots)}`;
    return `{"timestamp":${time.stampOf(marketMs)},"instrument_name":"${instrument.name}",${bid},${ask}}`;
  };
  return stateFeed(context, instrument.name, read, changeWatch(instrument, time.marketNow()));
}

/** `perpetual.{instrument}.{interval}`: funding and index. Ids are a counter's. */
export function perpetualFeed(context: ChannelContext, instrument: DeribitInstrument, periodMs: number): Feed {
  const { time } = context;
  const read = (marketMs: number): string => {
    const rate = rounded(fundingRate8h(instrument, time.epochMs + marketMs), 12);
    const index = instrument.finePrice(instrument.perpetual.contract.indexTicks(marketMs));
    return `{"timestamp":${time.stampOf(marketMs)},"interest":${rate},"index_price":${index}}`;
  };
  const due = cadence(periodMs || PERPETUAL_RAW_MS, instrument, time.marketNow());
  return stateFeed(context, instrument.name, read, due);
}

/** True when the book has changed since the last time it was true. */
function changeWatch({ market }: DeribitInstrument, startMs: number): (marketMs: number) => boolean {
  let seen = market.book.changeAt(startMs);
  return (marketMs) => {
    const change = market.book.changeAt(marketMs);
    if (change === seen) return false;
    seen = change;
    return true;
  };
}
