import type { DeribitContext } from './context.js';
import { fundingRate8h } from './funding.js';
import type { DeribitInstrument } from './instruments.js';
import { rounded } from './numbers.js';

const SETTLEMENT_HOUR_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
/** Orders further than this from the mark price are not accepted. */
const PRICE_BAND = 0.015;

/** What `public/ticker`, the order book and the ticker channel have in common: JSON members without braces. */
export function tickerMembers(context: DeribitContext, instrument: DeribitInstrument, marketMs: number): string {
  const { book } = instrument.market;
  const touch = book.touch(book.changeAt(marketMs));
  const best =
    `"best_bid_price":${instrument.price(touch.bidTicks)},"best_bid_amount":${instrument.amount(touch.bidLots)},` +
    `"best_ask_price":${instrument.price(touch.askTicks)},"best_ask_amount":${instrument.amount(touch.askLots)}`;
  const head = `"timestamp":${context.time.stampOf(marketMs)},"state":"open",${statistics(instrument, marketMs)}`;
  const prices = `${priceMembers(instrument, marketMs)},"instrument_name":"${instrument.name}",${best}`;
  const contract = instrument.kind === 'future' ? `,${contractMembers(context, instrument, marketMs)}` : '';
  return `${head},${prices}${contract}`;
}

/** Ticks, with fraction, that positions are valued at; the middle of the book for a spot pair. */
export function markTicks({ kind, market, perpetual }: DeribitInstrument, marketMs: number): number {
  if (kind === 'future') return perpetual.contract.markTicks(marketMs);
  const { bidTicks, askTicks } = market.book.touch(market.book.changeAt(marketMs));
  return (bidTicks + askTicks) / 2;
}

/** The day's figures that the book summary shows as well. */
export function dayFigures(instrument: DeribitInstrument, marketMs: number) {
  const { bar } = instrument.day(marketMs);
  const last = lastTicks(instrument, marketMs);
  return {
    last: instrument.price(last),
    low: instrument.price(Math.min(bar.low, last)),
    high: instrument.price(Math.max(bar.high, last)),
    change: rounded((last / bar.open - 1) * 100, 4),
    volume: rounded(instrument.baseVolume(bar), 6),
    notional: rounded(instrument.quoteVolume(bar), 2),
  };
}

function lastTicks({ market }: DeribitInstrument, marketMs: number): number {
  const { tape, spec } = market;
  return tape.trades(tape.nextTradeId(marketMs) - 1, marketMs, 1)[0]?.ticks ?? spec.initialTicks;
}

function statistics(instrument: DeribitInstrument, marketMs: number): string {
  const { last, low, high, change, volume, notional } = dayFigures(instrument, marketMs);
  const volumes = `"volume_usd":${notional},"volume_notional":${notional},"volume":${volume}`;
  return `"stats":{${volumes},"price_change":${change},"low":${low},"high":${high}},"last_price":${last}`;
}

function priceMembers(instrument: DeribitInstrument, marketMs: number): string {
  const mark = markTicks(instrument, marketMs);
  const index = instrument.finePrice(instrument.perpetual.contract.indexTicks(marketMs));
  const band = `"min_price":${instrument.price(Math.round(mark * (1 - PRICE_BAND)))},"max_price":${instrument.price(Math.round(mark * (1 + PRICE_BAND)))}`;
  return `"mark_price":${instrument.finePrice(mark)},"index_price":${index},"estimated_delivery_price":${index},${band}`;
}

function contractMembers(context: DeribitContext, instrument: DeribitInstrument, marketMs: number): string {
  const { contract } = instrument.perpetual;
  const wallMs = context.time.epochMs + marketMs;
  const settledMs = Math.floor((wallMs - SETTLEMENT_HOUR_MS) / DAY_MS) * DAY_MS + SETTLEMENT_HOUR_MS;
  const settlement = instrument.finePrice(contract.markTicks(settledMs - context.time.epochMs));
  const rate = rounded(fundingRate8h(instrument, wallMs), 8);
  const interest = `"open_interest":${instrument.amount(contract.openInterestLots(marketMs))},"interest_value":${rate}`;
  return `"settlement_price":${settlement},${interest},"funding_8h":${rate},"current_funding":${rate}`;
}
