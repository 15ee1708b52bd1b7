import type { PerpetualSymbol } from '../../market/index.js';
import { type Endpoint, type EndpointContext, requiredSymbol } from '../binance-common/endpoint.js';
import { findInterval } from '../binance-common/intervals.js';
import { rejections } from '../binance-common/rest-errors.js';
import type { RestParameters } from '../binance-common/rest-parameters.js';
import type { BinanceSymbol } from '../binance-common/symbols.js';

const PERIODS = new Set(['5m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d']);
/** How far back the figures go. */
const KEPT_MS = 30 * 86_400_000;

/** Populations whose long share is reported, as the market tells them apart. */
const POSITIONS = 0;
const TOP_ACCOUNTS = 1;
const ALL_ACCOUNTS = 2;

/** A stretch of `periodMs` up to `endMs`, in market time. */
interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

type WriteFigures = (symbol: BinanceSymbol<PerpetualSymbol>, stretch: Stretch) => string;

/** The paths of `/futures/data`: figures by period, oldest first. */
export const dataEndpoints: Readonly<Record<string, Endpoint<PerpetualSymbol>>> = {
  '/futures/data/topLongShortPositionRatio': figures(ratio(POSITIONS)),
  '/futures/data/topLongShortAccountRatio': figures(ratio(TOP_ACCOUNTS)),
  '/futures/data/globalLongShortAccountRatio': figures(ratio(ALL_ACCOUNTS)),
  '/futures/data/takerlongshortRatio': figures(takerVolumes),
  '/futures/data/openInterestHist': figures(interest),
};

function figures(write: WriteFigures): Endpoint<PerpetualSymbol> {
  return {
    parameters: ['symbol', 'period', 'limit', 'startTime', 'endTime'],
    quota: 'data',
    answer: (context, parameters) => {
      const symbol = requiredSymbol(context, parameters);
      const { epochMs } = context.time;
      const rows = chosenStretches(context, parameters).map(({ startMs, endMs }) => {
        const market = { startMs: startMs - epochMs, endMs: endMs - epochMs };
        return `{"symbol":"${symbol.name}",${write(symbol, market)},"timestamp":"${endMs}"}`;
      });
      return { body: `[${rows.join(',')}]`, weight: 0 };
    },
  };
}

function chosenStretches({ time }: EndpointContext, parameters: RestParameters): Stretch[] {
  const period = parameters.requiredText('period');
  const interval = PERIODS.has(period) ? findInterval(period) : undefined;
  if (!interval) throw rejections.badValue('period');
  const limit = parameters.limit(30, 500);
  const now = time.stamp();
  const last = interval.openOf(Math.min(parameters.integer('endTime') ?? Infinity, now));
  const start = Math.max(parameters.integer('startTime') ?? -Infinity, interval.shift(last, 1 - limit), now - KEPT_MS);
  const stretches: Stretch[] = [];
  for (let end = last; end >= start; end = interval.shift(end, -1))
    stretches.push({ startMs: interval.shift(end, -1), endMs: end });
  return stretches.reverse();
}

function ratio(population: number): WriteFigures {
  return (symbol, { endMs }) => {
    const long = symbol.market.contract.longShare(endMs, population);
    return `"longShortRatio":"${(long / (1 - long)).toFixed(4)}","longAccount":"${long.toFixed(4)}","shortAccount":"${(1 - long).toFixed(4)}"`;
  };
}

function takerVolumes(symbol: BinanceSymbol, { startMs, endMs }: Stretch): string {
  const bar = symbol.candles.bar(startMs, endMs, endMs);
  const sold = bar.lots - bar.takerLots;
  return `"buySellRatio":"${(bar.takerLots / Math.max(1, sold)).toFixed(4)}","buyVol":"${symbol.quantity(bar.takerLots)}","sellVol":"${symbol.quantity(sold)}"`;
}

function interest(symbol: BinanceSymbol<PerpetualSymbol>, { endMs }: Stretch): string {
  const { contract } = symbol.market;
  const lots = contract.openInterestLots(endMs);
  const value = symbol.amount(Math.round(lots * contract.markTicks(endMs)));
  return `"sumOpenInterest":"${symbol.quantity(lots)}","sumOpenInterestValue":"${value}"`;
}
