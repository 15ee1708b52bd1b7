import { LatencyHistogram, type SparseCounts } from '../../base/index.js';
import type { AccountsReading } from './messages.js';

/** The accounts of several clients of one launch as those of one; null where none of them keeps any. */
export function sumAccounts(readings: readonly (AccountsReading | null)[]): AccountsReading | null {
  const kept = readings.filter((reading) => reading !== null);
  const [first, ...others] = kept;
  if (!first) return null;
  return others.reduce((sum, reading) => added(sum, reading) as AccountsReading, first);
}

// Readings have the same fields: numbers and counts add up, and so do sections of them.
function added(a: unknown, b: unknown): unknown {
  if (typeof a === 'number') return a + Number(b);
  if (Array.isArray(a)) return addedCounts(a, b as SparseCounts);
  const other = b as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(a as object).map(([name, value]) => [name, added(value, other[name])]));
}

function addedCounts(a: SparseCounts, b: SparseCounts): SparseCounts {
  const both = new LatencyHistogram();
  both.addSparse(a);
  both.addSparse(b);
  return both.sparse();
}
