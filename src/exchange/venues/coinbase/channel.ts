import type { Counter, Feed, FeedEvent } from '../../feed/index.js';
import type { CoinbaseContext } from './endpoint.js';
import type { CoinbaseProduct } from './products.js';

/** What a channel may look at; `counter` outlives it, for streams whose messages have no id of their own. */
export interface ChannelContext extends CoinbaseContext {
  readonly counter: Counter;
}

/** Opens the feed of one product of a channel. */
export type OpenChannel = (context: ChannelContext, product: CoinbaseProduct) => Feed;

/** A message that covers the ids from first to last. */
export function event(firstId: number, lastId: number, text: string): FeedEvent {
  return { firstId, lastId, frame: () => text };
}
