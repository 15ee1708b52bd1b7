import { HISTORY_MS } from '../../../market/index.js';
import type { DeribitContext } from '../context.js';
import type { DeribitInstrument } from '../instruments.js';
import { reading, requiredInstrument, requiredStretch } from '../method.js';
import type { RpcParams } from '../rpc-params.js';
import { TradeReader, tradeJson } from '../trades.js';

const STANDARD_COUNT = 10;
const MOST = 1000;
const SORTINGS = ['default', 'asc', 'desc'];
/** Stamps are whole milliseconds: a moment belongs to one until the next begins. */
const INSIDE_MS = 1 - 1e-3;

/** Ids of trades from `first` on, before `end`. */
interface IdRange {
  readonly first: number;
  readonly end: number;
}

/** `public/get_last_trades_by_instrument`: by sequence numbers, by time, or the newest. */
export const getLastTrades = reading((context, params) => {
  const instrument = requiredInstrument(context, params);
  const { fromMs, toMs } = {
    fromMs: params.integer('start_timestamp') ?? -Infinity,
    toMs: params.integer('end_timestamp') ?? Infinity,
  };
  const byTime = idsWithin(context, instrument, fromMs, toMs);
  const range = {
    first: Math.max(byTime.first, params.integer('start_seq') ?? 0),
    end: Math.min(byTime.end, (params.integer('end_seq') ?? Infinity) + 1),
  };
  return tradesResult(context, instrument, params, range);
});

/** `public/get_last_trades_by_instrument_and_time` */
export const getLastTradesByTime = reading((context, params) => {
  const instrument = requiredInstrument(context, params);
  const { fromMs, toMs } = requiredStretch(params);
  return tradesResult(context, instrument, params, idsWithin(context, instrument, fromMs, toMs));
});

function idsWithin({ time }: DeribitContext, { market }: DeribitInstrument, fromMs: number, toMs: number): IdRange {
  const now = time.marketNow();
  const { tape } = market;
  const until = Math.min(now, toMs - time.epochMs + INSIDE_MS);
  const from = Math.max(now - HISTORY_MS, fromMs - time.epochMs - 1e-3);
  return { first: tape.nextTradeId(Math.min(from, now)), end: tape.nextTradeId(Math.max(until, now - HISTORY_MS)) };
}

function tradesResult(
  context: DeribitContext,
  instrument: DeribitInstrument,
  params: RpcParams,
  { first, end }: IdRange,
): string {
  const count = params.bounded('count', STANDARD_COUNT, 1, MOST);
  const ascending = params.choice('sorting', SORTINGS, 'default') === 'asc';
  const length = Math.max(0, Math.min(count, end - first));
  const from = ascending ? first : end - length;
  const trades = length > 0 ? new TradeReader(instrument, from).read(context.time.marketNow(), length) : [];
  const rows = trades.map((trade) => tradeJson(context, instrument, trade));
  if (!ascending) rows.reverse();
  return `{"trades":[${rows.join(',')}],"has_more":${end - first > length}}`;
}
