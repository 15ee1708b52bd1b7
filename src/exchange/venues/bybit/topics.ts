import type { Counter, Feed } from '../../feed/index.js';
import { BOOK_PERIODS_MS } from './book-pace.js';
import type { OpenChannel } from './channel.js';
import { allLiquidation } from './channels/all-liquidation.js';
import { klineChannel } from './channels/kline.js';
import { orderbookChannel } from './channels/orderbook.js';
import { publicTrade } from './channels/public-trade.js';
import { tickers } from './channels/tickers.js';
import type { BybitContext } from './endpoint.js';
import { CATEGORIES, type Category, type InstrumentTable } from './instruments.js';
import { findInterval } from './intervals.js';

/** What a stream is about, as its path says it: a category, or the state of the system. */
export const MARKETS = [...CATEGORIES, 'misc/status'] as const;
export type Market = (typeof MARKETS)[number];

export const STATUS_TOPIC = 'system.status';

/** The name of a stream: `spot:orderbook.50.BTCUSDT`. */
export function streamName(market: Market, topic: string): string {
  return `${market}:${topic}`;
}

/** Why there is no such topic, in the venue's words; undefined when there is one. */
export function topicError(instruments: InstrumentTable, market: Market, topic: string): string | undefined {
  const noHandler = `error:handler not found,topic:${topic}`;
  if (market === 'misc/status') return topic === STATUS_TOPIC ? undefined : noHandler;
  const parts = partsOf(topic);
  if (!parts || !findChannel(market, parts)) return noHandler;
  if (instruments.of(market).has(parts.symbol)) return undefined;
  return market === 'spot' ? `Invalid symbol :[${topic}]` : noHandler;
}

/** Opens the feed of a stream, or undefined when the venue has none of that name. */
export function openStream(context: BybitContext, stream: string, counter: Counter): Feed | undefined {
  const market = MARKETS.find((market) => stream.startsWith(`${market}:`));
  if (!market) return undefined;
  const topic = stream.slice(market.length + 1);
  if (market === 'misc/status') return topic === STATUS_TOPIC ? STATUS_FEED : undefined;
  const parts = partsOf(topic);
  const instrument = parts && context.instruments.of(market).get(parts.symbol);
  const open = parts && findChannel(market, parts);
  return instrument && open?.({ ...context, counter }, instrument, topic);
}

/** What is said of the system's state goes to the connection that it concerns, and is no market data. */
const STATUS_FEED: Feed = { symbol: '', nextId: 1, poll: () => [] };

interface TopicParts {
  readonly kind: string;
  /** What stands between kind and symbol; empty for most kinds. */
  readonly detail: string;
  readonly symbol: string;
}

/** Splits `orderbook.50.BTCUSDT` or `tickers.BTCUSDT`. */
function partsOf(topic: string): TopicParts | undefined {
  const [kind = '', ...rest] = topic.split('.', 4);
  const [first = '', second] = rest;
  if (rest.length === 1) return { kind, detail: '', symbol: first };
  return rest.length === 2 && second !== undefined ? { kind, detail: first, symbol: second } : undefined;
}

function findChannel(category: Category, { kind, detail }: TopicParts): OpenChannel | undefined {
  if (kind === 'orderbook') return findBook(detail);
  const interval = kind === 'kline' ? findInterval(detail) : undefined;
  if (interval) return klineChannel(interval);
  if (detail !== '') return undefined;
  if (kind === 'publicTrade') return publicTrade;
  if (kind === 'tickers') return tickers;
  return kind === 'allLiquidation' && category !== 'spot' ? allLiquidation : undefined;
}

function findBook(depth: string): OpenChannel | undefined {
  const levels = [...BOOK_PERIODS_MS.keys()].find((levels) => String(levels) === depth);
  return levels === undefined ? undefined : orderbookChannel(levels);
}
