import type { PoolStats } from '../contracts.js';
import type { FrameCounts } from './frame-counts.js';
import type { StreamSnapshot } from './stream-accounts.js';
import type { SubscriptionState } from './subscription.js';

/** Connections (placements of streams are their uses) and subscriptions, read at one moment. */
export interface WebSocketPoolStats extends PoolStats {
  readonly streams: StreamSnapshot;
  /** Frames that are not market data, over all connections so far. */
  readonly frames: Readonly<FrameCounts>;
  /** Subscribe and unsubscribe requests sent, repetitions included. */
  readonly requestsSent: number;
  /** Places on connections that are looked for at the moment. */
  readonly searching: number;
  /** Connections kept ready without streams. */
  readonly standby: number;
  /** Connections that wait to be replaced, the one under way included. */
  readonly rotating: number;
}

/** The state of one subscription. */
export interface SubscriptionRow {
  readonly stream: string;
  readonly state: SubscriptionState;
  /** The connections that carry it, those on their way in or out included. */
  readonly connectionIds: readonly number[];
  readonly lastId: number | null;
  readonly lastMessageAtMs: number | null;
  readonly gaps: number;
  /** Messages that wait for its consumer. */
  readonly waiting: number;
}
