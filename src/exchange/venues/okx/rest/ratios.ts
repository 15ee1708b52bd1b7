import type { OkxContext } from '../context.js';
import { contractOf } from '../contract-rows.js';
import { plainNumber } from '../decimals.js';
import { LISTED_AT_MS, type OkxInstrument } from '../instruments.js';
import { findInterval } from '../intervals.js';
import type { Interval } from '../../../market/index.js';
import { rejections } from '../rest-errors.js';
import { chosenOpens } from './candles.js';
import { type Endpoint, requiredInstrument } from './endpoint.js';
import type { RestParameters } from './parameters.js';

const ROWS = 100;
const RATIO_PLACES = 4;
const DAY_MS = 86_400_000;
const NO_PERIODS = /^(1s|1m|3m)$/;
/** How far back ratios of a currency reach, by period. */
const CURRENCY_REACH_MS: ReadonlyMap<string, number> = new Map([
  ['5m', 2 * DAY_MS],
  ['1H', 30 * DAY_MS],
  ['1D', 180 * DAY_MS],
]);

/** `GET /api/v5/rubik/stat/contracts/long-short-account-ratio`: of all contracts of a currency (`ccy`). */
export const currencyRatio: Endpoint = {
  limit: 'ratioRequests',
  answer: (context, parameters) => {
    const currency = parameters.required('ccy');
    const period = parameters.text('period') ?? '5m';
    const reachMs = CURRENCY_REACH_MS.get(period);
    const interval = findInterval(period);
    if (reachMs === undefined || !interval) throw rejections.badParameter('period');
    const swap = context.instruments.ofType('SWAP').find(({ market }) => market.spec.base === currency);
    if (!swap) throw rejections.badParameter('ccy');
    const oldest = context.time.stamp() - reachMs;
    const begin = Math.max(parameters.integer('begin') ?? 0, oldest);
    return rows(context, { instrument: swap, interval, kind: 0, begin, limit: Infinity }, parameters);
  },
};

/**
 * The ratios of one contract (`instId`): `…-account-ratio-contract` of all traders (kind 0), `…-account-ratio-
 * contract-top-trader` (1) and `…-position-ratio-contract-top-trader` (2) of the top traders.
 */
export function contractRatio(kind: number): Endpoint {
  return {
    limit: 'ratioRequests',
    scope: 'instId',
    answer: (context, parameters) => {
      const instrument = requiredInstrument(context, parameters);
      if (instrument.type !== 'SWAP') throw rejections.badParameter('instId');
      const period = parameters.text('period') ?? '5m';
      const interval = NO_PERIODS.test(period) ? undefined : findInterval(period);
      if (!interval) throw rejections.badParameter('period');
      const begin = Math.max(parameters.integer('begin') ?? 0, LISTED_AT_MS);
      const limit = parameters.count('limit', ROWS, ROWS);
      return rows(context, { instrument, interval, kind, begin, limit }, parameters);
    },
  };
}

interface Selection {
  readonly instrument: OkxInstrument;
  readonly interval: Interval;
  readonly kind: number;
  readonly begin: number;
  readonly limit: number;
}

function rows({ time }: OkxContext, selection: Selection, parameters: RestParameters): string[] {
  const { instrument, interval, kind, begin, limit } = selection;
  const contract = contractOf(instrument);
  const end = parameters.integer('end');
  const { opens } = chosenOpens(time.stamp(), interval, {
    before: begin,
    ...(end !== undefined && { after: end }),
    limit,
    growing: true,
  });
  return opens.map((ts) => {
    const share = contract.longShare(ts - time.epochMs, kind);
    return `["${ts}","${plainNumber(share / (1 - share), RATIO_PLACES)}"]`;
  });
}
