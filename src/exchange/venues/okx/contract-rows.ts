import type { VenueTime } from '../../feed/index.js';
import { FUNDING_PERIOD_MS } from '../../market/perpetual.js';
import type { Liquidation, Perpetual } from '../../market/index.js';
import { plainNumber } from './decimals.js';
import type { OkxInstrument } from './instruments.js';

const RATE_PLACES = 16;
const MAX_FUNDING_RATE = '0.00375';

/** An item of `funding-rate`. Funding is settled each eight hours of UTC; the rate is that of the running period. */
export function fundingRow(instrument: OkxInstrument, time: VenueTime, marketMs: number): string {
  const contract = contractOf(instrument);
  const { book } = instrument.market;
  const ts = time.stampOf(marketMs);
  const period = Math.floor(ts / FUNDING_PERIOD_MS);
  const index = contract.indexTicks(marketMs);
  const premium = (book.touch(book.changeAt(marketMs)).bidTicks + 0.5 - index) / index;
  const rate = plainNumber(contract.fundingRate(period), RATE_PLACES);
  const settled = plainNumber(contract.fundingRate(period - 1), RATE_PLACES);
  const times = `"fundingTime":"${(period + 1) * FUNDING_PERIOD_MS}"`;
  const next = `"nextFundingRate":"","nextFundingTime":"${(period + 2) * FUNDING_PERIOD_MS}"`;
  const bounds = `"maxFundingRate":"${MAX_FUNDING_RATE}","method":"current_period","minFundingRate":"-${MAX_FUNDING_RATE}"`;
  const who = `"impactValue":"","instId":"${instrument.id}","instType":"SWAP","interestRate":""`;
  const settlement = `"premium":"${plainNumber(premium, RATE_PLACES)}","settFundingRate":"${settled}","settState":"settled"`;
  return `{"formulaType":"noRate","fundingRate":"${rate}",${times},${who},${bounds},${next},${settlement},"ts":"${ts}"}`;
}

/** An item of `open-interest`: in contracts, in base currency, and in dollars at the mark price. */
export function openInterestRow(instrument: OkxInstrument, time: VenueTime, marketMs: number): string {
  const contract = contractOf(instrument);
  const lots = contract.openInterestLots(marketMs);
  const usd = instrument.amount(lots * Math.round(contract.markTicks(marketMs)));
  const size = `"oi":"${instrument.size(lots)}","oiCcy":"${instrument.coins(lots)}","oiUsd":"${usd}"`;
  return `{"instId":"${instrument.id}","instType":"SWAP",${size},"ts":"${time.stampOf(marketMs)}"}`;
}

/** An item of `mark-price`. */
export function markPriceRow(instrument: OkxInstrument, time: VenueTime, marketMs: number): string {
  const price = instrument.price(markTicks(instrument, marketMs));
  return `{"instType":"SWAP","instId":"${instrument.id}","markPx":"${price}","ts":"${time.stampOf(marketMs)}"}`;
}

/** The mark price in whole ticks. */
export function markTicks(instrument: OkxInstrument, marketMs: number): number {
  return Math.round(contractOf(instrument).markTicks(marketMs));
}

/** An item of `liquidation-orders`; `side` is the order's, `posSide` that of the position it closed. */
export function liquidationRow(instrument: OkxInstrument, time: VenueTime, liquidation: Liquidation): string {
  const { ticks, lots, sold, marketMs } = liquidation;
  const sides = `"posSide":"${sold ? 'long' : 'short'}","side":"${sold ? 'sell' : 'buy'}"`;
  const detail = `{"bkLoss":"0","bkPx":"${instrument.price(ticks)}","ccy":"",${sides},"sz":"${instrument.size(lots)}","ts":"${time.stampOf(marketMs)}"}`;
  const { id, pair } = instrument;
  return `{"details":[${detail}],"instFamily":"${pair}","instId":"${id}","instType":"SWAP","uly":"${pair}"}`;
}

/** The contract behind an instrument of type SWAP. */
export function contractOf({ contract, id }: OkxInstrument): Perpetual {
  if (!contract) throw new RangeError(`${id} is no contract`);
  return contract;
}
