import { fundingRow, markPriceRow, openInterestRow } from '../contract-rows.js';
import { listing } from '../listing.js';
import type { OkxInstrument } from '../instruments.js';
import { type Endpoint, INSTRUMENT_TYPES, chosenInstruments, requiredInstrument } from './endpoint.js';
import { rejections } from '../rest-errors.js';

const INTEREST_TYPES = ['SWAP', 'FUTURES', 'OPTION', 'EVENTS'] as const;
const MARK_TYPES = ['MARGIN', 'SWAP', 'FUTURES', 'OPTION', 'EVENTS'] as const;

/** `GET /api/v5/public/time` */
export const systemTime: Endpoint = {
  limit: 'timeRequests',
  answer: ({ time }) => [`{"ts":"${time.stamp()}"}`],
};

/** `GET /api/v5/public/instruments`. Listings never change, so each is written once. */
export function instruments(): Endpoint {
  const written = new WeakMap<OkxInstrument, string>();
  return {
    limit: 'instrumentsRequests',
    scope: 'instType',
    answer: (context, parameters) => {
      const type = parameters.oneOf('instType', INSTRUMENT_TYPES);
      if (type === 'EVENTS') parameters.required('seriesId');
      return chosenInstruments(context, parameters, type).map((instrument) => {
        const json = written.get(instrument) ?? JSON.stringify(listing(instrument));
        written.set(instrument, json);
        return json;
      });
    },
  };
}

/** `GET /api/v5/public/funding-rate`: of one contract, or of `ANY`. */
export const fundingRate: Endpoint = {
  limit: 'fundingRateRequests',
  scope: 'instId',
  answer: (context, parameters) => {
    const { instruments, time } = context;
    const now = time.marketNow();
    if (parameters.required('instId') === 'ANY')
      return instruments.ofType('SWAP').map((swap) => fundingRow(swap, time, now));
    const instrument = requiredInstrument(context, parameters);
    if (instrument.type !== 'SWAP') throw rejections.badParameter('instId');
    return [fundingRow(instrument, time, now)];
  },
};

/** `GET /api/v5/public/open-interest` */
export const openInterest: Endpoint = {
  limit: 'openInterestRequests',
  scope: 'instId',
  answer: (context, parameters) => {
    const { time } = context;
    const now = time.marketNow();
    const type = parameters.oneOf('instType', INTEREST_TYPES);
    return chosenInstruments(context, parameters, type).map((swap) => openInterestRow(swap, time, now));
  },
};

/** `GET /api/v5/public/mark-price` */
export const markPrice: Endpoint = {
  limit: 'markPriceRequests',
  scope: 'instId',
  answer: (context, parameters) => {
    const { time } = context;
    const now = time.marketNow();
    const type = parameters.oneOf('instType', MARK_TYPES);
    const swaps = type === 'OPTION' ? [] : chosenInstruments(context, parameters, type);
    return swaps.map((swap) => markPriceRow(swap, time, now));
  },
};
