import type { Interval } from '../../../market/index.js';
import { barAt, barNumbers, findResolution } from '../charts.js';
import type { DeribitContext } from '../context.js';
import { reading, requiredInstrument, requiredStretch } from '../method.js';
import { rejections } from '../rpc-errors.js';
import type { RpcParams } from '../rpc-params.js';
import { tickerMembers } from '../ticker.js';

const DEPTHS = [1, 5, 10, 20, 50, 100, 1000, 10_000];
const STANDARD_DEPTH = 5;
const MOST_BARS = 5_000;

/** `public/get_order_book`: the ticker with the best levels of each side. */
export const getOrderBook = reading((context, params) => {
  const instrument = requiredInstrument(context, params);
  const depth = params.integer('depth') ?? STANDARD_DEPTH;
  if (!DEPTHS.includes(depth)) throw rejections.invalid('depth', `must be one of ${DEPTHS.join(', ')}`);
  const marketMs = context.time.marketNow();
  const { book } = instrument.market;
  const change = book.changeAt(marketMs);
  const sides = context.books.sides(instrument, change, depth, 'plain');
  return `{${tickerMembers(context, instrument, marketMs)},"change_id":${book.updateId(change)},${sides}}`;
});

/** `public/ticker` */
export const getTicker = reading((context, params) => {
  const instrument = requiredInstrument(context, params);
  return `{${tickerMembers(context, instrument, context.time.marketNow())}}`;
});

/** `public/get_tradingview_chart_data`: bars in columns, oldest first; the newest ones when there are too many. */
export const getChartData = reading((context, params) => {
  const instrument = requiredInstrument(context, params);
  const opens = chosenOpens(context, params);
  const now = context.time.marketNow();
  const bars = opens.ticks.map((openMs) =>
    barNumbers(instrument, barAt(context, instrument, opens.interval, openMs, now)),
  );
  const column = (name: keyof ReturnType<typeof barNumbers>): string =>
    `"${name}":[${bars.map((bar) => bar[name]).join(',')}]`;
  const columns = (['open', 'high', 'low', 'close', 'volume', 'cost'] as const).map(column).join(',');
  return `{"status":"${bars.length > 0 ? 'ok' : 'no_data'}","ticks":[${opens.ticks.join(',')}],${columns}}`;
});

function chosenOpens(
  { time }: DeribitContext,
  params: RpcParams,
): { readonly interval: Interval; readonly ticks: readonly number[] } {
  const { fromMs, toMs } = requiredStretch(params);
  const interval = findResolution(params.requiredText('resolution'));
  if (!interval) throw rejections.invalid('resolution', 'invalid resolution');
  const last = interval.openOf(Math.min(toMs, time.stampOf(time.marketNow())));
  const first = Math.max(interval.openOf(fromMs), interval.shift(last, 1 - MOST_BARS));
  const ticks: number[] = [];
  for (let open = first; open <= last; open = interval.shift(open, 1)) ticks.push(open);
  return { interval, ticks };
}
