export type { BackoffOptions } from './backoff.js';
export type { FrameCounts } from './connection.js';
export {
  type DialedWebSocket,
  type DialStage,
  dialWebSocket,
  WebSocketDialError,
  type WebSocketDialOptions,
} from './dial-websocket.js';
export type { ConnectionEndReason, ConnectionRow, StreamGap, StreamPoolEvent } from './events.js';
export type { WebSocketConnectionPoolOptions } from './options.js';
export type { DecodedFrame, StreamData, StreamProtocol } from './protocol.js';
export { StreamAccounts, type StreamSnapshot } from './stream-accounts.js';
export { StreamError, type StreamErrorCode } from './stream-error.js';
export type { Subscription, SubscriptionHandlers, SubscriptionState } from './subscription.js';
export type { DialTransport, StreamTransport, TransportHandlers } from './transport.js';
export { WebSocketConnectionPool, type WebSocketPoolStats } from './websocket-pool.js';
