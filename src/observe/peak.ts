import type { LedgerConnection } from '../exchange/protocol.js';

/** Most connections that were open (accepted and not closed) at the same time; on equal times an end comes first. */
export function peakOpen(connections: readonly LedgerConnection[]): number {
  const steps = connections.flatMap(({ acceptedAtMs, closedAtMs }) => [
    { atMs: acceptedAtMs, by: 1 },
    ...(closedAtMs === null ? [] : [{ atMs: closedAtMs, by: -1 }]),
  ]);
  steps.sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let [open, peak] = [0, 0];
  for (const { by } of steps) {
    open += by;
    peak = Math.max(peak, open);
  }
  return peak;
}
