import type { StreamGap } from './events.js';
import type { BufferOptions } from './message-buffer.js';
import type { StreamData } from './protocol.js';

/**
 * `pending` until the venue acknowledges, then `live`; `stale` while the venue sends no data for too long though it
 * acknowledged; `recovering` from the loss of the connection, or from `resubscribe`, until the next acknowledgement;
 * `closed` when no message comes any more.
 */
export type SubscriptionState = 'pending' | 'live' | 'stale' | 'recovering' | 'closed';

/**
 * A consumer's side of a subscription. What a handler throws is told as the event `consumerFailed`, and the stream goes
 * on. Without `onMessage`, messages wait in a buffer for a `for await` loop over the subscription.
 */
export interface SubscriptionHandlers {
  /** Every message of the stream once, in rising order of ids. */
  readonly onMessage?: (message: StreamData) => void;
  readonly onState?: (state: SubscriptionState) => void;
  /** Called before the first message after the gap arrives. */
  readonly onGap?: (gap: StreamGap) => void;
  /**
   * Without data for this long, in milliseconds, the subscription is stale, and is asked for anew: at once, and again
   * each time after twice as long. Frames that are not the stream's data do not count. Left out: a quiet market is as
   * good as a busy one.
   */
  readonly staleAfterMs?: number;
  /** For a loop (default 1024 messages, `dropOldest`). What does not fit is counted and told as a gap. */
  readonly buffer?: BufferOptions;
}

/** A stream that its holder wants, wherever it is carried at the moment. */
export interface Subscription extends AsyncDisposable, AsyncIterable<StreamData> {
  readonly stream: string;
  readonly state: SubscriptionState;
  /**
   * Resolves at the first acknowledgement.
   * Rejects with {@link StreamError} `E_STREAM_REJECTED` or `E_STREAM_CLOSED`.
   */
  readonly acknowledged: Promise<void>;
  /**
   * Iterates over the messages, from where the last loop stopped; leaving a loop does not end the subscription. The
   * iteration ends with the subscription, and throws {@link StreamError} `E_STREAM_OVERFLOW` when the buffer's policy
   * ended it.
   * @throws {StreamError} E_STREAM_TAKEN when the messages go to a handler
   */
  [Symbol.asyncIterator](): AsyncIterator<StreamData, undefined, undefined>;
  /**
   * Unsubscribes from this one stream and subscribes again, so that the venue begins it anew: where it sends the whole
   * state first (a book), a consumer that lost its way has it again. Resolves with the first message that comes then; a
   * second call joins the first. Rejects with {@link StreamError} `E_STREAM_CLOSED` when the subscription is closed first.
   */
  resubscribe(): Promise<void>;
  /**
   * Unsubscribes. Resolves when the venue has acknowledged or the connection is gone; messages that arrive before that
   * are still delivered.
   */
  close(): Promise<void>;
}
