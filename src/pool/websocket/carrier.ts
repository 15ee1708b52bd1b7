import type { Lease } from '../contracts.js';
import type { WebSocketConnection } from './connection.js';

/**
 * What a connection is there for: to take streams; to take them when others are lost; to hold its streams until they
 * are carried elsewhere; nothing any more.
 */
export type CarrierRole = 'serving' | 'standby' | 'retiring' | 'gone';

/** A connection on loan to a pool of streams. */
export class Carrier {
  readonly lease: Lease<WebSocketConnection>;
  /** Streams that it takes at most. */
  readonly capacity: number;
  /** Streams that it carries, those that are leaving included. */
  load = 0;
  role: CarrierRole = 'serving';
  /** How long its streams may be quiet elsewhere before they leave it, where the venue gives it less time than usual. */
  settleMs = Number.POSITIVE_INFINITY;

  constructor(lease: Lease<WebSocketConnection>, capacity: number) {
    this.lease = lease;
    this.capacity = capacity;
  }

  get connection(): WebSocketConnection {
    return this.lease.connection;
  }

  get endpointIndex(): number {
    return this.lease.connection.endpointIndex;
  }

  get room(): number {
    return this.capacity - this.load;
  }
}
