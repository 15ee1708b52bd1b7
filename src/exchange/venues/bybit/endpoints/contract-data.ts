import type { Perpetual } from '../../../market/index.js';
import { FUNDING, fundingRateAt } from '../day-ticker.js';
import { type BybitContext, type Endpoint, requiredInstrument } from '../endpoint.js';
import type { Instrument } from '../instruments.js';
import { findPeriod } from '../intervals.js';
import { rejections } from '../rest-errors.js';
import type { RestParameters } from '../rest-parameters.js';
import { opensWithin, seriesPage } from '../series.js';

/** `GET /v5/market/funding/history`: the rates that were settled, newest first. */
export const fundingHistory: Endpoint = (context, parameters) => {
  const { category, instrument } = requiredContract(context, parameters);
  const range = {
    startMs: parameters.integer('startTime'),
    endMs: parameters.integer('endTime'),
    limit: parameters.limit(200, 200),
  };
  const settled = instrument ? opensWithin(FUNDING, range, context.time.stamp()) : [];
  const list = settled.map((settledMs) => ({
    symbol: instrument?.name,
    fundingRate: instrument && fundingRateAt(instrument, settledMs),
    fundingRateTimestamp: String(settledMs),
  }));
  return JSON.stringify({ category, list });
};

/** `GET /v5/market/open-interest`: newest first. */
export const openInterest: Endpoint = (context, parameters) => {
  const { category, instrument } = requiredContract(context, parameters);
  const { rows, nextPageCursor } = series(context, parameters, 'intervalTime', 200, (contract, marketMs) => {
    const lots = contract.openInterestLots(marketMs);
    return { openInterest: instrument?.quantity(lots), singleOpenInterest: instrument?.quantity(lots) };
  });
  return JSON.stringify({ symbol: instrument?.name ?? '', category, list: rows, nextPageCursor });
};

/** `GET /v5/market/account-ratio`: shares of the accounts that are long and short, newest first. */
export const accountRatio: Endpoint = (context, parameters) => {
  const { instrument } = requiredContract(context, parameters);
  const { rows, nextPageCursor } = series(context, parameters, 'period', 500, (contract, marketMs) => {
    const long = contract.longShare(marketMs).toFixed(4);
    return { symbol: instrument?.name, buyRatio: long, sellRatio: (1 - Number(long)).toFixed(4) };
  });
  return JSON.stringify({ list: rows, nextPageCursor });
};

function requiredContract(
  context: BybitContext,
  parameters: RestParameters,
): { readonly category: string; readonly instrument: Instrument | undefined } {
  const category = parameters.category();
  if (category !== 'linear' && category !== 'inverse') throw rejections.invalid('category');
  return { category, instrument: requiredInstrument(context, category, parameters) };
}

/** One page of what a contract shows at regular moments; each row ends with its time. */
function series(
  context: BybitContext,
  parameters: RestParameters,
  periodName: string,
  mostRows: number,
  describe: (contract: Perpetual, marketMs: number) => object,
): { readonly rows: readonly object[]; readonly nextPageCursor: string } {
  const period = findPeriod(parameters.requiredText(periodName));
  if (!period) throw rejections.invalid(periodName);
  const contract = requiredContract(context, parameters).instrument?.contract;
  const { time } = context;
  const { opens, nextPageCursor } = seriesPage(parameters, period, parameters.limit(50, mostRows), time.stamp());
  if (!contract) return { rows: [], nextPageCursor: '' };
  const rows = opens.map((openMs) =>
    Object.assign(describe(contract, openMs - time.epochMs), { timestamp: String(openMs) }),
  );
  return { rows, nextPageCursor };
}
