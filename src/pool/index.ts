export {
  ACQUIRE_OUTCOMES,
  type AcquireOutcome,
  type AccountsSnapshot,
  type CloseReason,
  ConnectionAccounts,
  type SetupParts,
} from './accounts.js';
export { ConnectionPool } from './connection-pool.js';
export type {
  AcquireOptions,
  ConnectionFactory,
  ConnectionPoolOptions,
  Dialed,
  DownReason,
  Lease,
  PoolEndpoint,
  PoolEvent,
  PoolStats,
  ReleaseOutcome,
} from './contracts.js';
export { PoolError, type PoolErrorCode } from './errors.js';
export * from './http/index.js';
// The fakes, for tests of users' own.
export { type Clock, FakeClock, type Random, seededRandom, systemClock } from '../base/index.js';
export { ConnectionPoolManager, type ManagedPool, type PoolSummary } from './manager.js';
export type { AcquiredMessage, AcquireFailedMessage, ReleasedMessage } from './traffic.js';
export {
  type FakeCheckBehaviour,
  FakeConnection,
  FakeConnector,
  type FakeDial,
  type FakeDialBehaviour,
} from './testing.js';

// Streams (src/pool/websocket).
export * from './websocket/index.js';
