import { type Interval, fixedInterval } from '../../../market/index.js';
import type { DeribitContext } from '../context.js';
import { HOUR_MS, fundingBetween, fundingRate8h } from '../funding.js';
import type { DeribitInstrument } from '../instruments.js';
import { reading, requiredPerpetual, requiredStretch } from '../method.js';
import { rounded } from '../numbers.js';
import { rejections } from '../rpc-errors.js';

const MOST_FUNDING_ROWS = 744;
const MOST_VOLATILITY_ROWS = 1000;
const FUNDING_PLACES = 12;
const VOLATILITY_PLACES = 4;

/** Volatility resolutions by name: seconds, or `1D`. */
const RESOLUTIONS: ReadonlyMap<string, Interval> = new Map(
  [
    ['1', 1_000],
    ['60', 60_000],
    ['3600', HOUR_MS],
    ['43200', 12 * HOUR_MS],
    ['1D', 24 * HOUR_MS],
  ].map(([name, lengthMs]) => [String(name), fixedInterval(String(name), Number(lengthMs))]),
);

/** How far back a funding chart goes, and how far apart its points are, by the name of its length. */
const CHARTS: ReadonlyMap<string, { readonly spanMs: number; readonly stepMs: number }> = new Map([
  ['8h', { spanMs: 8 * HOUR_MS, stepMs: HOUR_MS / 6 }],
  ['24h', { spanMs: 24 * HOUR_MS, stepMs: HOUR_MS / 2 }],
  ['1m', { spanMs: 30 * 24 * HOUR_MS, stepMs: HOUR_MS }],
]);

/** `public/get_funding_rate_history`: a row for every whole hour within the stretch, oldest first. */
export const getFundingRateHistory = reading((context, params) => {
  const instrument = requiredPerpetual(context, params);
  const { fromMs, toMs } = requiredStretch(params);
  const last = Math.floor(Math.min(toMs, context.time.stamp()) / HOUR_MS) * HOUR_MS;
  const first = Math.max(Math.ceil(fromMs / HOUR_MS) * HOUR_MS, last - (MOST_FUNDING_ROWS - 1) * HOUR_MS);
  const rows = steps(first, last, HOUR_MS).map((wallMs) => {
    const prices = `"index_price":${indexAt(context, instrument, wallMs)},"prev_index_price":${indexAt(context, instrument, wallMs - HOUR_MS)}`;
    const paid = rounded(fundingBetween(instrument, wallMs - HOUR_MS, wallMs), FUNDING_PLACES);
    const rate = rounded(fundingRate8h(instrument, wallMs - HOUR_MS), FUNDING_PLACES);
    return `{"timestamp":${wallMs},${prices},"interest_8h":${rate},"interest_1h":${paid}}`;
  });
  return `[${rows.join(',')}]`;
});

/** `public/get_funding_rate_value`: what a position paid over the stretch. */
export const getFundingRateValue = reading((context, params) => {
  const instrument = requiredPerpetual(context, params);
  const { fromMs, toMs } = requiredStretch(params);
  const end = Math.min(toMs, context.time.stamp());
  return rounded(fundingBetween(instrument, Math.max(fromMs, end - MOST_FUNDING_ROWS * HOUR_MS), end), FUNDING_PLACES);
});

/** `public/get_funding_chart_data` */
export const getFundingChartData = reading((context, params) => {
  const instrument = requiredPerpetual(context, params);
  const chart = CHARTS.get(params.requiredText('length'));
  if (!chart) throw rejections.invalid('length', 'invalid length');
  const now = context.time.stamp();
  const last = Math.floor(now / chart.stepMs) * chart.stepMs;
  const points = steps(last - chart.spanMs, last, chart.stepMs).map((wallMs) => {
    const rate = rounded(fundingRate8h(instrument, wallMs), FUNDING_PLACES);
    return `{"timestamp":${wallMs},"index_price":${indexAt(context, instrument, wallMs)},"interest_8h":${rate}}`;
  });
  const rate = rounded(fundingRate8h(instrument, now), FUNDING_PLACES);
  return `{"current_interest":${rate},"interest_8h":${rate},"data":[${points.join(',')}]}`;
});

/**
 * `public/get_volatility_index_data`: bars `[timestamp,open,high,low,close]`, oldest first. Of too long a stretch the
 * newest thousand; `continuation` is then the end to ask for next.
 */
export const getVolatilityIndexData = reading(({ time, volatility }, params) => {
  const currency = params.requiredText('currency');
  if (!volatility.has(currency)) throw rejections.invalid('currency', 'invalid currency');
  const { fromMs, toMs } = requiredStretch(params);
  const interval = RESOLUTIONS.get(params.requiredText('resolution'));
  if (!interval) throw rejections.invalid('resolution', 'invalid resolution');
  const now = time.stamp();
  const last = interval.openOf(Math.min(toMs, now));
  const wanted = interval.openOf(fromMs);
  const first = Math.max(wanted, interval.shift(last, 1 - MOST_VOLATILITY_ROWS));
  const rows = steps(first, last, interval.shift(0, 1)).map((openMs) => {
    const endMs = Math.min(interval.shift(openMs, 1), now);
    const bar = volatility.bar(currency, openMs - time.epochMs, endMs - time.epochMs);
    return `[${openMs},${bar.map((value) => rounded(value, VOLATILITY_PLACES)).join(',')}]`;
  });
  const continuation = first > wanted ? interval.shift(first, -1) : null;
  return `{"data":[${rows.join(',')}],"continuation":${continuation}}`;
});

function indexAt({ time }: DeribitContext, instrument: DeribitInstrument, wallMs: number): string {
  return instrument.finePrice(instrument.perpetual.contract.indexTicks(wallMs - time.epochMs));
}

function steps(first: number, last: number, stepMs: number): number[] {
  const found: number[] = [];
  for (let at = first; at <= last; at += stepMs) found.push(at);
  return found;
}
