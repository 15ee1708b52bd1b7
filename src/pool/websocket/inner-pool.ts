import { ConnectionPool } from '../connection-pool.js';
import type { ConnectionFactory, PoolEndpoint } from '../contracts.js';
import type { WebSocketConnection } from './connection.js';
import type { ResolvedOptions } from './options.js';
import { type RotationTimes, rotationDueMs } from './rotation-times.js';

const DIAL_SLACK_MS = 1000;
// The part of a venue's limits on age after which a connection is replaced, unless told otherwise.
const ROTATE_BEFORE = 1 / 24;
// The part of the time that a venue lets a connection be empty after which one kept ready is replaced.
const EMPTY_SHARE = 0.7;

/** The generic pool below a pool of streams: a lease of it is a connection, which the streams share. */
export function innerPool(
  options: ResolvedOptions,
  endpoints: readonly PoolEndpoint[],
  factory: ConnectionFactory<WebSocketConnection>,
): ConnectionPool<WebSocketConnection> {
  const { name, idleTimeoutMs, failureThreshold, protocol, venueBudget } = options;
  const { maxAgeMs, maxEmptyMs = Number.POSITIVE_INFINITY } = protocol;
  const idleMs = Math.min(idleTimeoutMs ?? Number.POSITIVE_INFINITY, EMPTY_SHARE * maxEmptyMs);
  const waitMs = venueBudget?.connects ? Number.MAX_SAFE_INTEGER : (protocol.connects?.perMs ?? 0);
  return new ConnectionPool<WebSocketConnection>({
    name,
    endpoints,
    factory,
    min: options.minConnections,
    // One more for a connection that takes over from another, and for an endpoint that is tried again.
    max: options.maxConnections + 1,
    acquireTimeoutMs: options.acquireTimeoutMs,
    maxPending: Number.POSITIVE_INFINITY,
    // The dialler's own limit comes first: it knows the stage that it was in, and when it began.
    dialTimeoutMs: Math.min(options.handshakeTimeoutMs + DIAL_SLACK_MS + options.backoff.maxMs + waitMs, 2 ** 31 - 1),
    // Uses last as long as their connections: a dial is never worth less than waiting for one to end.
    elideDials: false,
    dialBackoff: { firstMs: options.backoff.initialMs, maxMs: options.backoff.maxMs },
    ...(idleMs < Number.POSITIVE_INFINITY && { idleTimeoutMs: idleMs }),
    ...(maxAgeMs !== undefined && { maxLifetimeMs: maxAgeMs * (1 - ROTATE_BEFORE) }),
    ...(failureThreshold !== undefined && { failureThreshold }),
    cooldownMs: options.cooldownMs,
    // Connections watch themselves; only one on trial that nobody asked for has to be tried out.
    checkIdleAfterMs: Number.POSITIVE_INFINITY,
    checkTimeoutMs: options.pingTimeoutMs,
    clock: options.clock,
    random: options.random,
  });
}

/** When a connection that was opened then is to be replaced; infinity where the venue sets no age. */
export function dueMsOf(options: ResolvedOptions): (openedAtMs: number) => number {
  const { maxAgeMs } = options.protocol;
  if (maxAgeMs === undefined) return () => Number.POSITIVE_INFINITY;
  const { clock, rotateWindow, wallClock } = options;
  const beforeMs = options.rotateBeforeMs ?? maxAgeMs * ROTATE_BEFORE;
  const times: RotationTimes = {
    clock,
    random: options.random.fork('rotation'),
    maxAgeMs,
    beforeMs,
    spreadMs: options.rotateSpreadMs ?? beforeMs,
    ...(rotateWindow && { window: rotateWindow }),
    ...(wallClock && { wallClock }),
  };
  return (openedAtMs) => rotationDueMs(openedAtMs, times);
}

/** When a connection that has carried nothing since then is to be replaced. */
export function emptyDueMsOf({ protocol: { maxEmptyMs } }: ResolvedOptions): (sinceMs: number) => number {
  return (sinceMs) => (maxEmptyMs === undefined ? Number.POSITIVE_INFINITY : sinceMs + EMPTY_SHARE * maxEmptyMs);
}
