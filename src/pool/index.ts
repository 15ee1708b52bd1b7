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
  Lease,
  PoolEndpoint,
  PoolEvent,
  PoolStats,
} from './contracts.js';
export { PoolError, type PoolErrorCode } from './errors.js';
export {
  HttpConnection,
  type HttpConnectionRequest,
  type HttpConnectionResponse,
  type HttpHeaders,
} from './http/connection.js';
export type {
  HttpAttempt,
  HttpConnectionEvent,
  HttpConnectionPoolOptions,
  HttpCounters,
  HttpDialFailure,
  HttpRequest,
  HttpResponse,
} from './http/contracts.js';
export { dialHttp, type HttpDialOptions, secureContextOf, type TlsTrust } from './http/dial.js';
export { errorKind, HttpDialError, type HttpDialStage, type HttpErrorKind, HttpRequestError } from './http/errors.js';
export { HttpConnectionPool } from './http/http-connection-pool.js';
export { ConnectionPoolManager, type ManagedPool, type PoolSummary } from './manager.js';
export {
  type FakeCheckBehaviour,
  FakeConnection,
  FakeConnector,
  type FakeDial,
  type FakeDialBehaviour,
} from './testing.js';

// Streams (src/pool/websocket).
export * from './websocket/index.js';
