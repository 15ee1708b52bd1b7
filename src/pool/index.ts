export {
  ACQUIRE_OUTCOMES,
  type AcquireOutcome,
  type AccountsSnapshot,
  type CloseReason,
  ConnectionAccounts,
  type SetupParts,
} from './accounts.js';
export type {
  AcquireOptions,
  ConnectionFactory,
  ConnectionPoolOptions,
  Dialed,
  Lease,
  PoolEndpoint,
  PoolEvent,
  PoolStats,
} from './contracts.js';
