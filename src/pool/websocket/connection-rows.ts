import type { CarrierRole } from './carrier.js';
import type { WebSocketConnection } from './connection.js';

/** A connection as the pool saw it; matched with the exchange's account by endpoint and local port. */
export interface ConnectionRow {
  /** Counts from 1 within the pool, in the order of dialling; failed dials take a number too. */
  readonly connectionId: number;
  readonly endpointIndex: number;
  readonly localPort: number | null;
  readonly openedAtMs: number;
}

/** The state of an open connection. */
export interface ConnectionState extends ConnectionRow {
  /** What it is there for; `idle` when nobody uses it at the moment. */
  readonly role: Exclude<CarrierRole, 'gone'> | 'idle';
  /** Streams that it carries, those that are asked for or leaving included. */
  readonly streams: number;
  /** When the last frame of any kind arrived; at first, when it opened. */
  readonly heardAtMs: number;
  /** The last round trip of a ping; null before the first. */
  readonly roundTripMs: number | null;
  readonly requestsSent: number;
  /** Streams whose request waits for the venue's limit. */
  readonly unsent: number;
}

export function rowOf({ id, endpointIndex, localPort, openedAtMs }: WebSocketConnection): ConnectionRow {
  return { connectionId: id, endpointIndex, localPort, openedAtMs };
}

export function stateOf(
  connection: WebSocketConnection,
  role: ConnectionState['role'],
  streams: number,
): ConnectionState {
  const { heardAtMs, roundTripMs, requestsSent, unsent } = connection;
  return {
    ...rowOf(connection),
    role,
    streams,
    heardAtMs,
    roundTripMs: Number.isNaN(roundTripMs) ? null : roundTripMs,
    requestsSent,
    unsent,
  };
}
