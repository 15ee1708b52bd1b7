import type { ConnectionRow } from './connection-rows.js';
import type { DialStage } from './dial-websocket.js';

/** Why messages are missing: a connection was lost or left, the venue left them out, or the consumer was too slow. */
export type GapCause = 'connection' | 'venue' | 'overflow';

/** What a subscription will not see, or may not have seen. Times are those of the pool's clock, in milliseconds. */
export interface StreamGap {
  readonly stream: string;
  /** Id of the last message before the gap; null when there was none since the subscription was acknowledged. */
  readonly lastGoodId: number | null;
  /** First id of the first message after it. */
  readonly firstGoodId: number;
  readonly lastGoodAtMs: number;
  readonly firstGoodAtMs: number;
  readonly cause: GapCause;
  /** The ids do not tell whether anything is missing: there may be nothing. */
  readonly unknownLoss?: true;
  /** The first message after the gap holds the whole state, so that nothing has to be asked for. */
  readonly resynchronised?: true;
}

/** Why a connection ended; `peer` covers both a close frame and a reset. */
export type ConnectionEndReason =
  | 'peer'
  | 'declaredDead'
  | 'idle'
  | 'lifetime'
  | 'broken'
  | 'unhealthy'
  | 'shutdown'
  | 'single-use';

/** What happened in a pool of streams, in order. */
export type StreamPoolEvent =
  | ({ readonly kind: 'opened' } & ConnectionRow)
  | ({ readonly kind: 'closed'; readonly closedAtMs: number; readonly reason: ConnectionEndReason } & ConnectionRow)
  | {
      readonly kind: 'dialFailed';
      readonly connectionId: number;
      readonly endpointIndex: number;
      readonly localPort: number | null;
      readonly stage: DialStage | null;
      readonly atMs: number;
      readonly error: Error;
    }
  /** Nothing arrived since `heardAtMs`, not even the answer to a ping. Followed by `closed`. */
  | ({
      readonly kind: 'declaredDead';
      readonly atMs: number;
      readonly heardAtMs: number;
      readonly streams: readonly string[];
    } & ConnectionRow)
  /** A connection is to be replaced: it grows too old, the venue announced its end, or its endpoint has too many. */
  | ({ readonly kind: 'rotating'; readonly atMs: number; readonly cause: RotationCause } & ConnectionRow)
  /** Its streams are carried by others; it closes. */
  | ({ readonly kind: 'rotated'; readonly atMs: number; readonly tookMs: number } & ConnectionRow)
  /** The venue acknowledged a stream on a connection; each of its feeds, and each move of them, has one. */
  | { readonly kind: 'acknowledged'; readonly stream: string; readonly connectionId: number; readonly atMs: number }
  /** A stream was asked for so many times on a connection without an answer; it is tried on another one, if there is one. */
  | {
      readonly kind: 'unanswered';
      readonly stream: string;
      readonly connectionId: number;
      readonly atMs: number;
      readonly tries: number;
    }
  /** Acknowledged again after the loss of the connection. */
  | { readonly kind: 'recovered'; readonly stream: string; readonly atMs: number; readonly downMs: number }
  /** The first message after the loss of the connection; `gapMs` after the last one before. */
  | { readonly kind: 'resumed'; readonly stream: string; readonly atMs: number; readonly gapMs: number }
  /** No message for the subscription's `staleAfterMs`, though it is acknowledged. */
  | { readonly kind: 'stale'; readonly stream: string; readonly atMs: number; readonly sinceMs: number }
  /**
   * A stream that was asked for anew by `resubscribe` brought its first message, with this id; `snapshot` when that holds
   * the whole state. `tookMs` is from the call.
   */
  | {
      readonly kind: 'resynchronised';
      readonly stream: string;
      readonly atMs: number;
      readonly tookMs: number;
      readonly lastId: number;
      readonly snapshot: boolean;
    }
  /** A handler of the consumer threw. The stream goes on. */
  | { readonly kind: 'consumerFailed'; readonly stream: string; readonly atMs: number; readonly error: unknown }
  | ({ readonly kind: 'gap' } & StreamGap);

/** Why a connection is replaced before it ends. */
export type RotationCause = 'age' | 'notice' | 'balance';
