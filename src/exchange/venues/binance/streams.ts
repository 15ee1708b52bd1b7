import type { Counter, Feed } from '../../feed/index.js';
import { type ChannelContext, type OpenChannel, feedOf } from './channel.js';
import { differenceChannel, snapshotChannel, touchChannel } from './channels/book-channels.js';
import type { FrameForm } from './frame-form.js';
import { klineChannel } from './channels/kline-channel.js';
import { fullTickerChannel, miniTickerChannel } from './channels/ticker-channels.js';
import { aggregateChannel, tradeChannel } from './channels/trade-channels.js';
import { findInterval } from './intervals.js';

const DEPTH = /^depth(5|10|20)?(?:@(100|1000)ms)?$/;
const KLINE_PREFIX = 'kline_';

const PLAIN: Readonly<Record<string, OpenChannel>> = {
  trade: tradeChannel,
  aggTrade: aggregateChannel,
  bookTicker: touchChannel,
  miniTicker: miniTickerChannel,
  ticker: fullTickerChannel,
};

/** Opens the feed of a stream, or undefined when the venue has none of that name. */
export function openStream(
  context: Omit<ChannelContext, 'symbol' | 'counter'>,
  stream: string,
  counter: Counter,
): Feed<FrameForm> | undefined {
  const { symbol: name, kind } = splitStream(stream);
  const symbol = context.symbols.streamed(name);
  const open = findChannel(kind);
  if (!symbol || !open) return undefined;
  return feedOf(stream, symbol.name, open({ ...context, symbol, counter }));
}

/** Splits `btcusdt@depth@100ms` into symbol and kind. */
function splitStream(stream: string): { readonly symbol: string; readonly kind: string } {
  const at = stream.indexOf('@');
  return at < 0 ? { symbol: '', kind: '' } : { symbol: stream.slice(0, at), kind: stream.slice(at + 1) };
}

/** The channel behind a kind of stream, or undefined when the venue has none of that name. */
function findChannel(kind: string): OpenChannel | undefined {
  if (Object.hasOwn(PLAIN, kind)) return PLAIN[kind];
  const depth = DEPTH.exec(kind);
  if (depth) {
    const periodMs = Number(depth[2] ?? 1000);
    const levels = depth[1];
    if (levels === undefined) return (context) => differenceChannel(context, periodMs);
    return (context) => snapshotChannel(context, Number(levels), periodMs);
  }
  const interval = kind.startsWith(KLINE_PREFIX) ? findInterval(kind.slice(KLINE_PREFIX.length)) : undefined;
  return interval && ((context) => klineChannel(context, interval));
}
