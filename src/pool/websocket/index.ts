export type { BackoffOptions } from './backoff.js';
export * from './book/index.js';
export type { ConnectionRow, ConnectionState } from './connection-rows.js';
export {
  type DialedWebSocket,
  type DialStage,
  dialWebSocket,
  WebSocketDialError,
  type WebSocketDialOptions,
} from './dial-websocket.js';
export type { ConnectionEndReason, GapCause, RotationCause, StreamGap, StreamPoolEvent } from './events.js';
export type { FrameCounts } from './frame-counts.js';
export type { BufferOptions, OverflowPolicy } from './message-buffer.js';
export type { WebSocketConnectionPoolOptions } from './options.js';
export type {
  DecodedFrame,
  Rate,
  RequestAnswer,
  SequenceRule,
  StreamCodec,
  StreamData,
  StreamProtocol,
} from './protocol.js';
export * from './sequence/index.js';
export type { RotationWindow } from './rotation-times.js';
export { StreamAccounts, type StreamSnapshot } from './stream-accounts.js';
export { StreamError, type StreamErrorCode } from './stream-error.js';
export type { SubscriptionRow, WebSocketPoolStats } from './stream-pool-stats.js';
export type { Subscription, SubscriptionHandlers, SubscriptionState } from './subscription.js';
export type { DialTransport, StreamTransport, TransportHandlers } from './transport.js';
export { VenueBudget } from './venue-budget.js';
export { WebSocketConnectionPool } from './websocket-pool.js';
export * from './venues/index.js';
