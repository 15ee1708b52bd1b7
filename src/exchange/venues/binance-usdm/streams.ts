import type { PerpetualSymbol } from '../../market/index.js';
import type { OpenChannel, OpenVenueChannel } from '../binance-common/channel.js';
import {
  allTouchesChannel,
  differenceChannel,
  snapshotChannel,
  touchChannel,
} from '../binance-common/channels/book-channels.js';
import { klineChannel } from '../binance-common/channels/kline-channel.js';
import { arrayChannel, reportChannel } from '../binance-common/channels/periodic-channels.js';
import { aggregateChannel, tradeChannel } from '../binance-common/channels/trade-channels.js';
import type { StreamTable } from '../binance-common/stream-table.js';
import { dayTicker, miniTicker } from '../binance-common/ticker-frames.js';
import { snapshotWriting, writeDifference, writeQuote } from './book-frames.js';
import { findContractInterval } from './intervals.js';
import { allLiquidationsChannel, liquidationChannel } from './liquidations.js';
import { writeMarkPrice } from './mark-price.js';
import { writeAggregate, writeTrade } from './trade-frames.js';

const DEPTH = /^depth(5|10|20)?(?:@(100|250|500)ms)?$/;
const KLINE_PREFIX = 'kline_';
const DEPTH_MS = 250;
const KLINE_MS = 250;
const MARK_MS = 3_000;
const SECOND_MS = 1_000;
const TICKER_MS = 2_000;
const ALL_QUOTES_MS = 5_000;

const ticker = dayTicker(false);

const PLAIN: Readonly<Record<string, OpenChannel<PerpetualSymbol>>> = {
  trade: (context) => tradeChannel(context, writeTrade),
  aggTrade: (context) => aggregateChannel(context, writeAggregate),
  bookTicker: (context) => touchChannel(context, writeQuote),
  miniTicker: (context) => reportChannel(context, TICKER_MS, miniTicker),
  ticker: (context) => reportChannel(context, TICKER_MS, ticker),
  markPrice: (context) => reportChannel(context, MARK_MS, writeMarkPrice),
  'markPrice@1s': (context) => reportChannel(context, SECOND_MS, writeMarkPrice),
  forceOrder: liquidationChannel,
};

const WHOLE_VENUE: Readonly<Record<string, OpenVenueChannel<PerpetualSymbol>>> = {
  '!bookTicker': (context) => allTouchesChannel(context, ALL_QUOTES_MS, writeQuote),
  '!miniTicker@arr': (context) => arrayChannel(context, SECOND_MS, 'traded', miniTicker),
  '!ticker@arr': (context) => arrayChannel(context, SECOND_MS, 'traded', ticker),
  '!markPrice@arr': (context) => arrayChannel(context, MARK_MS, 'all', writeMarkPrice),
  '!markPrice@arr@1s': (context) => arrayChannel(context, SECOND_MS, 'all', writeMarkPrice),
  '!forceOrder@arr': allLiquidationsChannel,
};

/** The futures market's streams by name. */
export const streamTable: StreamTable<PerpetualSymbol> = {
  channel: (kind) => (Object.hasOwn(PLAIN, kind) ? PLAIN[kind] : (depthChannel(kind) ?? klines(kind))),
  venueChannel: (stream) => (Object.hasOwn(WHOLE_VENUE, stream) ? WHOLE_VENUE[stream] : undefined),
};

function depthChannel(kind: string): OpenChannel | undefined {
  const match = DEPTH.exec(kind);
  if (!match) return undefined;
  const [, levels, period] = match;
  const periodMs = Number(period ?? DEPTH_MS);
  if (levels === undefined) return (context) => differenceChannel(context, periodMs, writeDifference);
  return (context) => snapshotChannel(context, periodMs, snapshotWriting(Number(levels)));
}

function klines(kind: string): OpenChannel | undefined {
  const interval = kind.startsWith(KLINE_PREFIX) ? findContractInterval(kind.slice(KLINE_PREFIX.length)) : undefined;
  return interval && ((context) => klineChannel(context, interval, KLINE_MS));
}
