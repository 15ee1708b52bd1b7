import { channel } from 'node:diagnostics_channel';
import type { AcquireOutcome } from './accounts.js';
import type { PoolEndpoint } from './contracts.js';

/** Published on `mp-bench:pool:acquired` for every acquire that got its connection. */
export interface AcquiredMessage {
  readonly pool: string;
  readonly leaseId: number;
  readonly connectionId: number;
  readonly endpoint: PoolEndpoint;
  readonly outcome: AcquireOutcome;
  /** From the call to the hand-over. */
  readonly latencyMs: number;
}

/** Published on `mp-bench:pool:acquireFailed` for every acquire that got none. */
export interface AcquireFailedMessage {
  readonly pool: string;
  readonly outcome: AcquireOutcome;
  readonly latencyMs: number;
  readonly error: Error;
}

/** Published on `mp-bench:pool:released` for every lease that came back. */
export interface ReleasedMessage {
  readonly pool: string;
  readonly leaseId: number;
  readonly connectionId: number;
  readonly endpoint: PoolEndpoint;
  readonly heldMs: number;
}

// One message a use is too much for listeners that want to hear of connections, so uses are not among the pool's
// events; a channel that nobody subscribes to costs the look at it.
export const acquired = channel('mp-bench:pool:acquired');
const acquireFailed = channel('mp-bench:pool:acquireFailed');
export const released = channel('mp-bench:pool:released');

interface Lent {
  readonly id: number;
  readonly connectionId: number;
  readonly endpoint: PoolEndpoint;
}

export function publishAcquired(
  pool: string,
  { id: leaseId, connectionId, endpoint }: Lent,
  outcome: AcquireOutcome,
  latencyMs: number,
): void {
  acquired.publish({ pool, leaseId, connectionId, endpoint, outcome, latencyMs } satisfies AcquiredMessage);
}

export function publishFailed(pool: string, outcome: AcquireOutcome, latencyMs: number, error: Error): void {
  acquireFailed.publish({ pool, outcome, latencyMs, error } satisfies AcquireFailedMessage);
}

export function publishReleased(pool: string, { id: leaseId, connectionId, endpoint }: Lent, heldMs: number): void {
  released.publish({ pool, leaseId, connectionId, endpoint, heldMs } satisfies ReleasedMessage);
}
