import type { Counter, Feed } from '../../feed/index.js';
import { incrementalBook, topOfBook } from './channels/book-channels.js';
import { candleChannel } from './channels/candle-channel.js';
import type { OpenChannel } from './channels/channel.js';
import {
  fundingChannel,
  liquidationChannel,
  markPriceChannel,
  openInterestChannel,
} from './channels/contract-channels.js';
import { tickerChannel } from './channels/ticker-channel.js';
import { orderedTrades, singleTrades } from './channels/trade-channels.js';
import type { OkxContext } from './context.js';
import { findInterval } from './intervals.js';
import { type StreamError, streamErrors } from './stream-errors.js';
import type { ChannelArgument } from './stream-requests.js';

export type StreamUrl = 'public' | 'business' | 'private';

/** A stream that a client may subscribe to. */
export interface StreamName {
  /** `books:BTC-USDT`: channel and instrument, or instrument type. */
  readonly stream: string;
  /** The argument as it stands in acknowledgements and pushes. */
  readonly arg: string;
  /** Whether a newcomer gets the present state at once. */
  readonly greets: boolean;
}

interface Channel {
  readonly url: 'public' | 'business';
  /** Instrument types that it exists for. */
  readonly types: readonly string[];
  readonly greets: boolean;
  readonly open: OpenChannel;
}

const EVERY = ['SPOT', 'SWAP'];
const CONTRACTS = ['SWAP'];
const LIQUIDATION_TYPES = new Set(['SWAP', 'FUTURES', 'MARGIN', 'OPTION']);
const LIQUIDATIONS = 'liquidation-orders';
const CANDLE = 'candle';

const CHANNELS: ReadonlyMap<string, Channel> = new Map([
  ['books', { url: 'public', types: EVERY, greets: true, open: incrementalBook }],
  ['books5', { url: 'public', types: EVERY, greets: true, open: topOfBook(5, 100, true) }],
  ['bbo-tbt', { url: 'public', types: EVERY, greets: true, open: topOfBook(1, 10, false) }],
  ['trades', { url: 'public', types: EVERY, greets: false, open: orderedTrades }],
  ['trades-all', { url: 'business', types: EVERY, greets: false, open: singleTrades }],
  ['tickers', { url: 'public', types: EVERY, greets: true, open: tickerChannel }],
  ['funding-rate', { url: 'public', types: CONTRACTS, greets: true, open: fundingChannel }],
  ['open-interest', { url: 'public', types: CONTRACTS, greets: true, open: openInterestChannel }],
  ['mark-price', { url: 'public', types: CONTRACTS, greets: true, open: markPriceChannel }],
]);
/** Channels for clients of a trading tier that nobody has here. */
const TIERED = new Set(['books-l2-tbt', 'books50-l2-tbt']);

/** Finds the stream that an argument names, or says why there is none at this URL. */
export function findStream(
  { instruments }: OkxContext,
  url: StreamUrl,
  argument: ChannelArgument,
): StreamName | StreamError {
  const { channel, instId } = argument;
  if (url === 'private') return streamErrors.loginNeeded();
  if (TIERED.has(channel)) return streamErrors.tierTooLow();
  if (channel === LIQUIDATIONS) return liquidationStream(url, argument);
  const found = findChannel(channel);
  const instrument = instruments.named(instId ?? '');
  if (!found || !instrument || !found.types.includes(instrument.type)) return streamErrors.unknown(argument);
  if (found.url !== url) return elsewhere(url);
  const { id } = instrument;
  return { stream: `${channel}:${id}`, arg: `{"channel":"${channel}","instId":"${id}"}`, greets: found.greets };
}

/** Opens the feed of a stream that `findStream` named. */
export function openStream(context: OkxContext, stream: string, counter: Counter): Feed | undefined {
  const [channel = '', key = ''] = stream.split(':', 2);
  if (channel === LIQUIDATIONS) {
    const arg = `{"channel":"${channel}","instType":"${key}"}`;
    return liquidationChannel(context, arg, counter, key);
  }
  const instrument = context.instruments.named(key);
  const arg = `{"channel":"${channel}","instId":"${key}"}`;
  return instrument && findChannel(channel)?.open({ ...context, instrument, arg, counter });
}

function liquidationStream(url: StreamUrl, argument: ChannelArgument): StreamName | StreamError {
  const { channel, instType } = argument;
  if (instType === undefined || !LIQUIDATION_TYPES.has(instType)) return streamErrors.unknown(argument);
  if (url !== 'public') return elsewhere(url);
  const arg = `{"channel":"${channel}","instType":"${instType}"}`;
  return { stream: `${channel}:${instType}`, arg, greets: false };
}

/** The error for a channel that is served at the other URL. */
function elsewhere(url: StreamUrl): StreamError {
  return url === 'public' ? streamErrors.moved() : streamErrors.notOnBusiness();
}

function findChannel(name: string): Channel | undefined {
  const known = CHANNELS.get(name);
  if (known || !name.startsWith(CANDLE)) return known;
  const interval = findInterval(name.slice(CANDLE.length));
  if (!interval) return undefined;
  return { url: 'business', types: EVERY, greets: true, open: (context) => candleChannel(context, interval) };
}
