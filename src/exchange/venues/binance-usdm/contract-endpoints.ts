import type { PerpetualSymbol } from '../../market/index.js';
import { type Endpoint, answerEach, chosenSymbols, requiredSymbol } from '../binance-common/endpoint.js';
import { fundingNow, settledRate, settlements } from './funding.js';

const INTEREST_RATE = '0.00010000';

/** `GET /fapi/v1/premiumIndex`: mark and index price with the funding rate. */
export const premiumIndex: Endpoint<PerpetualSymbol> = {
  parameters: ['symbol'],
  answer: (context, parameters) => {
    const { time } = context;
    const now = time.marketNow();
    return answerEach(
      context,
      parameters,
      (symbol) => {
        const { contract } = symbol.market;
        const mark = symbol.meanPrice(contract.markTicks(now));
        const index = symbol.meanPrice(contract.indexTicks(now));
        const { rate, nextMs } = fundingNow(contract, time, now);
        const prices = `"markPrice":"${mark}","indexPrice":"${index}","estimatedSettlePrice":"${index}"`;
        return `{"symbol":"${symbol.name}",${prices},"lastFundingRate":"${rate}","interestRate":"${INTEREST_RATE}","nextFundingTime":${nextMs},"time":${time.stampOf(now)}}`;
      },
      (_count, form) => (form === 'all' ? 10 : 1),
    );
  },
};

/** `GET /fapi/v1/fundingRate`: what was paid, oldest first. */
export const fundingRate: Endpoint<PerpetualSymbol> = {
  parameters: ['symbol', 'startTime', 'endTime', 'limit'],
  quota: 'funding',
  answer: (context, parameters) => {
    const { symbols } = chosenSymbols(context, parameters);
    const limit = parameters.limit(100, 1_000);
    const { time } = context;
    const end = Math.min(parameters.integer('endTime') ?? Infinity, time.stamp());
    const times = settlements(parameters.integer('startTime'), end, Math.ceil(limit / symbols.length));
    const rows = times.flatMap((settledMs) =>
      symbols.map((symbol) => {
        const { contract } = symbol.market;
        const mark = symbol.meanPrice(contract.markTicks(settledMs - time.epochMs));
        return `{"symbol":"${symbol.name}","fundingTime":${settledMs},"fundingRate":"${settledRate(contract, settledMs)}","markPrice":"${mark}"}`;
      }),
    );
    return { body: `[${rows.slice(0, limit).join(',')}]`, weight: 0 };
  },
};

/** `GET /fapi/v1/fundingInfo`: contracts whose funding is out of the ordinary, of which there are none. */
export const fundingInfo: Endpoint = {
  parameters: [],
  quota: 'funding',
  answer: () => ({ body: '[]', weight: 0 }),
};

/** `GET /fapi/v1/openInterest` */
export const openInterest: Endpoint<PerpetualSymbol> = {
  parameters: ['symbol'],
  answer: (context, parameters) => {
    const symbol = requiredSymbol(context, parameters);
    const now = context.time.marketNow();
    const lots = symbol.quantity(symbol.market.contract.openInterestLots(now));
    return {
      body: `{"symbol":"${symbol.name}","openInterest":"${lots}","time":${context.time.stampOf(now)}}`,
      weight: 1,
    };
  },
};
