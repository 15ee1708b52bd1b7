import type { StreamGap } from '../events.js';
import type { StreamData } from '../protocol.js';
import type { Subscription, SubscriptionHandlers } from '../subscription.js';
import { BookKeeper, type BookKeeperOptions } from './keeper.js';

/** Settings of a subscribed book: those of its keeper, and what its consumer wants to hear of the stream. */
export interface SubscribedBookOptions
  extends Omit<BookKeeperOptions, 'resubscribe'>, Omit<SubscriptionHandlers, 'onState' | 'buffer'> {
  /** Called for every message after the book has taken it. */
  readonly onMessage?: (message: StreamData) => void;
}

/** A book on a pool's stream. */
export interface SubscribedBook {
  readonly book: BookKeeper;
  readonly subscription: Subscription;
  /** Ends both; resolves with the subscription's end. */
  readonly close: () => Promise<void>;
}

/** Who has streams: a pool. */
export interface StreamSource {
  subscribe(stream: string, handlers: SubscriptionHandlers): Subscription;
}

/**
 * Subscribes to the stream of a book and keeps the book whole: after a loss this one stream is asked for anew, or its
 * snapshot by `snapshot` where the venue does not send one.
 * @throws {RangeError} when the rule needs `snapshot` and it is left out
 * @throws {StreamError} as the source's `subscribe` does
 */
export function subscribeBook(pool: StreamSource, stream: string, options: SubscribedBookOptions): SubscribedBook {
  const { onMessage, onGap, staleAfterMs, ...keeping } = options;
  const book = new BookKeeper({ ...keeping, resubscribe: () => subscription.resubscribe() });
  const gap = (told: StreamGap): void => {
    // What is known to be missing shows in the ids of the message that comes next.
    if (told.unknownLoss && !told.resynchronised) book.lost();
    onGap?.(told);
  };
  const subscription = pool.subscribe(stream, {
    onMessage: (message) => {
      book.apply(message);
      onMessage?.(message);
    },
    onGap: gap,
    ...(staleAfterMs !== undefined && { staleAfterMs }),
  });
  const close = (): Promise<void> => {
    book.close();
    return subscription.close();
  };
  return { book, subscription, close };
}
