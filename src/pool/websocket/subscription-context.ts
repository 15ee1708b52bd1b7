import type { Clock, Random } from '../../base/index.js';
import type { Carriage } from './carriage.js';
import type { Carrier } from './carrier.js';
import type { StreamPoolEvent } from './events.js';
import type { SequenceRule } from './protocol.js';
import type { StreamAccounts } from './stream-accounts.js';
import type { Subscription } from './subscription.js';

/** What a subscription needs of the pool it belongs to. */
export interface SubscriptionContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly accounts: StreamAccounts;
  /** Connections that carry each stream at the same time. */
  readonly feeds: number;
  /** How long a connection that takes over may bring no data before it counts as working: a quiet stream has none. */
  readonly settleMs: number;
  readonly mergeWaitMs: number;
  /** Bounds of the first and of the longest pause before a stream is asked for again that the venue refused for the moment. */
  readonly retryMs: { readonly initialMs: number; readonly maxMs: number };
  ruleOf(stream: string): SequenceRule;
  readonly emit: (event: StreamPoolEvent) => void;
  /** Looks for a connection, or puts it on one that was found. */
  place(carriage: Carriage, on: Carrier | undefined): void;
  /** Gives its place back, or the search for one up. */
  release(carriage: Carriage): void;
  /** Is there another connection for it, or can there be one? */
  canMove(carriage: Carriage): boolean;
  /** The subscription came to its end. */
  finished(subscription: Subscription): void;
}
