export type { Resolve, ResolvedAddress } from './addresses.js';
export {
  type BudgetedRequest,
  type HttpBudget,
  retryAfterMs,
  WeightBudget,
  type WeightBudgetOptions,
} from './budget.js';
export { HttpConnection, type HttpConnectionRequest } from './connection.js';
export type {
  HttpAttempt,
  HttpConnectionEvent,
  HttpConnectionPoolOptions,
  HttpCounters,
  HttpDialFailure,
  HttpDnsOptions,
  HttpRequest,
  HttpResponse,
} from './contracts.js';
export { dialHttp } from './dial.js';
export {
  errorKind,
  HttpBudgetError,
  HttpDialError,
  type HttpDialStage,
  type HttpErrorKind,
  type HttpPhase,
  HttpRequestError,
} from './errors.js';
export type { Exchange, PooledHttpConnection, ResponseSink, WireRequest } from './exchange.js';
export { HttpConnectionPool } from './http-connection-pool.js';
export type { HttpDialOptions } from './open-socket.js';
export type { PhaseLimits } from './phase-watch.js';
export type { HttpPoolDispatcher } from './pool-dispatcher.js';
export type { HttpConnectionResponse, HttpHeaders } from './response.js';
export { secureContextOf, type TlsTrust } from './trust.js';
