import type { LedgerConnection } from '../exchange/protocol.js';
import type { ObservedReconnects } from '../record/index.js';
import { spreadOf } from './spread.js';

export type ConnectionKind = 'http' | 'stream';

/** A connection that was lost, and when the connection that took its place was accepted; null: none did. */
export interface Loss {
  readonly connection: LedgerConnection;
  readonly lostAtMs: number;
  readonly reconnectedAtMs: number | null;
}

/**
 * What a connection worked as: a stream once it was upgraded, HTTP once it had a whole response. Null for one that never
 * worked, such as a dial into an endpoint that resets whoever comes: neither its loss nor a reconnect.
 */
export function kindOf({ upgraded, responses }: LedgerConnection): ConnectionKind | null {
  if (upgraded) return 'stream';
  return responses > 0 ? 'http' : null;
}

/**
 * Pairs each lost connection of a kind with a new one of that kind, first in, first out: the k-th loss that waits with
 * the k-th connection that is accepted after it (strictly) and works. For HTTP the delay includes the time until the
 * client had a request again; from outside, the two cannot be told apart.
 */
export function lossesOf(connections: readonly LedgerConnection[], kind: ConnectionKind): Loss[] {
  const ofKind = connections.filter((row) => kindOf(row) === kind);
  const losses = ofKind.flatMap((connection) =>
    connection.lostAtMs === undefined ? [] : [{ connection, lostAtMs: connection.lostAtMs }],
  );
  losses.sort((a, b) => a.lostAtMs - b.lostAtMs);
  const accepted = ofKind.map(({ acceptedAtMs }) => acceptedAtMs).toSorted((a, b) => a - b);
  let next = 0;
  return losses.map(({ connection, lostAtMs }) => {
    while ((accepted[next] ?? Number.POSITIVE_INFINITY) <= lostAtMs) next += 1;
    return { connection, lostAtMs, reconnectedAtMs: accepted[next++] ?? null };
  });
}

export function delaysOf(losses: readonly Loss[]): number[] {
  return losses.flatMap(({ lostAtMs, reconnectedAtMs }) =>
    reconnectedAtMs === null ? [] : [reconnectedAtMs - lostAtMs],
  );
}

export function reconnectsOf(losses: readonly Loss[]): ObservedReconnects {
  const delays = delaysOf(losses);
  return {
    losses: losses.length,
    reconnected: delays.length,
    neverReconnected: losses.length - delays.length,
    delayMs: spreadOf(delays),
  };
}
