import type { Counter, Feed } from '../../feed/index.js';
import { type ChannelContext, periodOf } from './channel.js';
import { groupedBookFeed, groupTicks, isBookDepth } from './channels/grouped-book.js';
import { chartFeed } from './channels/chart.js';
import { incrementalBookFeed } from './channels/incremental-book.js';
import { priceIndexFeed, volatilityFeed } from './channels/indices.js';
import { perpetualFeed, quoteFeed, tickerFeed } from './channels/tickers.js';
import { instrumentTradesFeed, tradesOfKindFeed } from './channels/trades.js';
import { findResolution } from './charts.js';
import type { DeribitContext } from './context.js';

type Parts = readonly string[];
type OpenFeed = (context: ChannelContext, parts: Parts) => Feed | undefined;

const KINDS = new Set(['any', 'future', 'option', 'spot', 'future_combo', 'option_combo', 'combo']);

/** By the first part of the name; the rest of it is given without that part. */
const FAMILIES: ReadonlyMap<string, OpenFeed> = new Map<string, OpenFeed>([
  ['book', openBook],
  ['trades', openTrades],
  ['ticker', openTicker],
  ['quote', openQuote],
  ['perpetual', openPerpetual],
  ['chart', openChart],
  ['deribit_price_index', openPriceIndex],
  ['deribit_volatility_index', openVolatilityIndex],
  ['platform_state', openPlatformState],
]);

/** Opens the feed of a channel, or undefined when the venue has none of that name. */
export function openChannel(context: DeribitContext, channel: string, counter: Counter): Feed | undefined {
  const [family = '', ...parts] = channel.split('.');
  return FAMILIES.get(family)?.({ ...context, channel, counter }, parts);
}

function openBook(context: ChannelContext, parts: Parts): Feed | undefined {
  const instrument = context.instruments.named(parts[0] ?? '');
  const period = periodOf(parts.at(-1));
  if (!instrument || period === undefined) return undefined;
  if (parts.length === 2) return incrementalBookFeed(context, instrument, period);
  const group = groupTicks(instrument, parts[1] ?? '');
  if (parts.length !== 4 || group === undefined || !isBookDepth(parts[2] ?? '')) return undefined;
  return groupedBookFeed(context, instrument, period, { groupTicks: group, depth: Number(parts[2]) });
}

function openTrades(context: ChannelContext, parts: Parts): Feed | undefined {
  const period = periodOf(parts.at(-1));
  if (period === undefined) return undefined;
  const [name = '', currency = ''] = parts;
  const instrument = context.instruments.named(name);
  if (parts.length === 2 && instrument) return instrumentTradesFeed(context, instrument, period);
  const known = currency === 'any' || context.instruments.currencies.includes(currency);
  if (parts.length !== 3 || !KINDS.has(name) || !known) return undefined;
  return tradesOfKindFeed(context, context.instruments.select(currency, name), period);
}

function openTicker(context: ChannelContext, [name = '', interval, ...more]: Parts): Feed | undefined {
  const instrument = context.instruments.named(name);
  const period = periodOf(interval);
  if (!instrument || period === undefined || more.length > 0) return undefined;
  return tickerFeed(context, instrument, period);
}

function openQuote(context: ChannelContext, [name = '', ...more]: Parts): Feed | undefined {
  const instrument = context.instruments.named(name);
  return instrument && more.length === 0 ? quoteFeed(context, instrument) : undefined;
}

function openPerpetual(context: ChannelContext, [name = '', interval, ...more]: Parts): Feed | undefined {
  const instrument = context.instruments.named(name);
  const period = periodOf(interval);
  if (instrument?.kind !== 'future' || period === undefined || more.length > 0) return undefined;
  return perpetualFeed(context, instrument, period);
}

function openChart(context: ChannelContext, [what, name = '', resolution = '', ...more]: Parts): Feed | undefined {
  const instrument = context.instruments.named(name);
  const interval = findResolution(resolution);
  if (what !== 'trades' || !instrument || !interval || more.length > 0) return undefined;
  return chartFeed(context, instrument, interval);
}

function openPriceIndex(context: ChannelContext, [index = '', ...more]: Parts): Feed | undefined {
  const instrument = context.instruments.onIndex(index);
  return instrument && more.length === 0 ? priceIndexFeed(context, instrument, index) : undefined;
}

function openVolatilityIndex(context: ChannelContext, [index = '', ...more]: Parts): Feed | undefined {
  const instrument = context.instruments.onIndex(index);
  if (!instrument?.inverse || !context.volatility.has(instrument.base) || more.length > 0) return undefined;
  return volatilityFeed(context, instrument, index);
}

// Says nothing while all is well; see the session's maintenance.
function openPlatformState({ counter }: ChannelContext, more: Parts): Feed | undefined {
  return more.length === 0 ? { symbol: '', nextId: counter.next, poll: () => [] } : undefined;
}
