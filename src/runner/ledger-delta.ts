import type { LedgerCounts, LedgerIntegrals, LedgerSnapshot } from '../exchange/protocol.js';

/** What a site's ledger counted between two snapshots. */
export interface LedgerDelta {
  readonly counts: LedgerCounts;
  readonly integrals: LedgerIntegrals;
}

export function ledgerDelta(from: LedgerSnapshot, to: LedgerSnapshot): LedgerDelta {
  return {
    counts: subtract(to.counts, from.counts),
    integrals: subtract(to.integrals, from.integrals),
  };
}

function subtract<T extends object>(to: T, from: T): T {
  const difference: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(to)) {
    const earlier: unknown = from[key as keyof T];
    difference[key] =
      typeof value === 'number' ? value - Number(earlier ?? 0) : subtract(value as object, earlier ?? {});
  }
  return difference as T;
}
