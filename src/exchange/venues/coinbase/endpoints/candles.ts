import { fixedInterval } from '../../../market/index.js';
import type { CoinbaseContext, ProductEndpoint } from '../endpoint.js';
import type { CoinbaseProduct } from '../products.js';
import { rejections } from '../rest-errors.js';

const SECONDS = new Set(['60', '300', '900', '3600', '21600', '86400']);
const MOST = 300;
const EPOCH_SECONDS = /^\d{1,12}(?:\.\d+)?$/;

/** `GET /products/{id}/candles`: `[time, low, high, open, close, volume]`, newest first, at most 300. */
export const candles: ProductEndpoint = (context, product, query) => {
  const granularity = query.get('granularity') ?? '60';
  if (!SECONDS.has(granularity)) throw rejections.badGranularity();
  const lengthMs = Number(granularity) * 1e3;
  const interval = fixedInterval(granularity, lengthMs);
  const { fromMs, untilMs } = rangeOf(query, context.time.stamp(), lengthMs);
  const rows: string[] = [];
  for (let openMs = interval.openOf(untilMs); openMs >= fromMs && rows.length < MOST; openMs -= lengthMs)
    rows.push(candle(context, product, openMs, lengthMs));
  return { body: `[${rows.join(',')}]` };
};

/** The time asked for; one that ends now when not both ends are given. */
function rangeOf(query: URLSearchParams, nowMs: number, lengthMs: number): { fromMs: number; untilMs: number } {
  const start = timeOf(query, 'start');
  const end = timeOf(query, 'end');
  if (start === undefined || end === undefined) return { fromMs: nowMs - MOST * lengthMs, untilMs: nowMs };
  if (end < start) throw rejections.badRange();
  if ((end - start) / lengthMs > MOST) throw rejections.tooManyCandles(MOST);
  return { fromMs: start, untilMs: Math.min(end, nowMs) };
}

/** A moment in ISO 8601 or in seconds since 1970, as ms. */
function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const wallMs = EPOCH_SECONDS.test(text) ? Number(text) * 1e3 : Date.parse(text);
  if (Number.isNaN(wallMs)) throw rejections.badTime(name);
  return wallMs;
}

function candle({ time }: CoinbaseContext, product: CoinbaseProduct, openMs: number, lengthMs: number): string {
  const from = openMs - time.epochMs;
  const { low, high, open, close, lots } = product.candles.bar(from, from + lengthMs, time.marketNow());
  const prices = [low, high, open, close].map((ticks) => product.price(ticks)).join(',');
  return `[${openMs / 1e3},${prices},${product.size(lots)}]`;
}
