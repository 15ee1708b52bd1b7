import type { MarketSymbol } from '../../market/index.js';
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
import type { SnapshotWriter } from '../binance-common/depth.js';
import { findInterval } from '../binance-common/intervals.js';
import type { StreamTable } from '../binance-common/stream-table.js';
import { dayTicker, miniTicker, windowTicker } from '../binance-common/ticker-frames.js';
import { writeAveragePrice } from './average-price.js';
import { writeDifference, writeQuote, writeSnapshot } from './book-frames.js';
import { writeAggregate, writeTrade } from './trade-frames.js';

const DEPTH = /^depth(5|10|20)?(?:@(100|1000)ms)?$/;
const KLINE = /^kline_(\w+?)(@\+08:00)?$/;
const WINDOW = /^ticker_(\w+)$/;
const ALL_WINDOW = /^!ticker_(\w+)@arr$/;
const REAL_TIME_MS = 5;
const REPORT_MS = 1_000;
const KLINE_MS = 2_000;
const SECONDS_KLINE_MS = 1_000;
const EIGHT_HOURS_MS = 8 * 3_600_000;

const fullTicker = dayTicker(true);

const PLAIN: Readonly<Record<string, OpenChannel>> = {
  trade: (context) => tradeChannel(context, writeTrade),
  aggTrade: (context) => aggregateChannel(context, writeAggregate),
  bookTicker: (context) => touchChannel(context, writeQuote),
  miniTicker: (context) => reportChannel(context, REPORT_MS, miniTicker),
  ticker: (context) => reportChannel(context, REPORT_MS, fullTicker),
  avgPrice: (context) => reportChannel(context, REPORT_MS, writeAveragePrice),
};

const WHOLE_VENUE: Readonly<Record<string, OpenVenueChannel>> = {
  '!bookTicker': (context) => allTouchesChannel(context, REAL_TIME_MS, writeQuote),
  '!miniTicker@arr': (context) => arrayChannel(context, REPORT_MS, 'traded', miniTicker),
  '!ticker@arr': (context) => arrayChannel(context, REPORT_MS, 'traded', fullTicker),
};

/** The spot market's streams by name. */
export function streamTable(snapshots: SnapshotWriter): StreamTable<MarketSymbol> {
  return {
    channel: (kind) =>
      Object.hasOwn(PLAIN, kind)
        ? PLAIN[kind]
        : (depthChannel(snapshots, kind) ?? klines(kind) ?? rollingWindow(WINDOW.exec(kind)?.[1])),
    venueChannel: (stream) => {
      if (Object.hasOwn(WHOLE_VENUE, stream)) return WHOLE_VENUE[stream];
      const write = windowTicker(ALL_WINDOW.exec(stream)?.[1] ?? '');
      return write && ((context) => arrayChannel(context, REPORT_MS, 'traded', write));
    },
  };
}

function depthChannel(snapshots: SnapshotWriter, kind: string): OpenChannel | undefined {
  const match = DEPTH.exec(kind);
  if (!match) return undefined;
  const [, levels, period] = match;
  const periodMs = Number(period ?? 1_000);
  if (levels === undefined) return (context) => differenceChannel(context, periodMs, writeDifference);
  const write = writeSnapshot(snapshots, Number(levels));
  return (context) => snapshotChannel(context, periodMs, write);
}

function klines(kind: string): OpenChannel | undefined {
  const [, name = '', zone] = KLINE.exec(kind) ?? [];
  const interval = findInterval(name, zone === undefined ? 0 : EIGHT_HOURS_MS);
  const periodMs = name === '1s' ? SECONDS_KLINE_MS : KLINE_MS;
  return interval && ((context) => klineChannel(context, interval, periodMs));
}

function rollingWindow(size = ''): OpenChannel | undefined {
  const write = windowTicker(size);
  return write && ((context) => reportChannel(context, REPORT_MS, write));
}
