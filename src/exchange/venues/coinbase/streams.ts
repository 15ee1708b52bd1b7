import type { Counter, Feed } from '../../feed/index.js';
import type { OpenChannel } from './channel.js';
import { heartbeat, status } from './channels/beats.js';
import { level2, level2Batch } from './channels/level2.js';
import { matches } from './channels/matches.js';
import { ticker, tickerBatch } from './channels/tickers.js';
import type { CoinbaseContext } from './endpoint.js';

const OF_PRODUCT: Readonly<Record<string, OpenChannel>> = {
  matches,
  ticker,
  ticker_batch: tickerBatch,
  level2,
  level2_batch: level2Batch,
  heartbeat,
};
const STATUS = 'status';
const SIGNED = new Set(['level2']);

/** How a channel is subscribed to; undefined when the venue has none of that name. */
export interface ChannelKind {
  /** Needs product ids; otherwise it is about the whole venue. */
  readonly ofProducts: boolean;
  /** Only for signed requests. */
  readonly signed: boolean;
}

export function channelKind(name: string): ChannelKind | undefined {
  if (name === STATUS) return { ofProducts: false, signed: false };
  return Object.hasOwn(OF_PRODUCT, name) ? { ofProducts: true, signed: SIGNED.has(name) } : undefined;
}

/** The name of a stream: `matches:BTC-USD`, or `status`. */
export function streamName(channel: string, productId?: string): string {
  return productId === undefined ? channel : `${channel}:${productId}`;
}

/** Splits a stream's name into channel and product id. */
export function partsOf(stream: string): { readonly channel: string; readonly productId?: string } {
  const colon = stream.indexOf(':');
  if (colon < 0) return { channel: stream };
  return { channel: stream.slice(0, colon), productId: stream.slice(colon + 1) };
}

/** Opens the feed of a stream, or undefined when the venue has none of that name. */
export function openStream(context: CoinbaseContext, stream: string, counter: Counter): Feed | undefined {
  const { channel, productId } = partsOf(stream);
  if (productId === undefined) return channel === STATUS ? status({ ...context, counter }) : undefined;
  const product = context.products.withId(productId);
  const open = Object.hasOwn(OF_PRODUCT, channel) ? OF_PRODUCT[channel] : undefined;
  return product && open?.({ ...context, counter }, product);
}
