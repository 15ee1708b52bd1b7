import type { DialStage } from './dial-websocket.js';

/** A connection as the pool saw it; matched with the exchange's account by endpoint and local port. */
export interface ConnectionRow {
  /** Counts from 1 within the pool, in the order of dialling; failed dials take a number too. */
  readonly connectionId: number;
  readonly endpointIndex: number;
  readonly localPort: number | null;
  readonly openedAtMs: number;
}

/** Ids that a subscription will not see. */
export interface StreamGap {
  readonly stream: string;
  readonly lastGoodId: number;
  readonly firstGoodId: number;
  readonly lastGoodAtMs: number;
  readonly firstGoodAtMs: number;
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
  | { readonly kind: 'recovered'; readonly stream: string; readonly atMs: number; readonly downMs: number }
  | ({ readonly kind: 'gap' } & StreamGap);
