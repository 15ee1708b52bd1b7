import { SequenceRanges } from '../base/index.js';
import type { LedgerSubscription } from '../exchange/protocol.js';
import type { StreamTally } from './arm/messages.js';
import type { LaunchSample } from './launch.js';

/** One stream of a launch as both sides saw it. */
export interface StreamAccount {
  readonly stream: string;
  readonly rows: readonly LedgerSubscription[];
  readonly seen: StreamTally | null;
}

/** Joins the exchange's subscriptions with the client's streams, by name. */
export function streamAccounts(launch: LaunchSample): StreamAccount[] {
  const seen = new Map<string, StreamTally>();
  for (const run of launch.runs) for (const tally of run.report.streams?.streams ?? []) seen.set(tally.stream, tally);
  const rows = new Map<string, LedgerSubscription[]>();
  for (const row of launch.subscriptions) rows.set(row.stream, [...(rows.get(row.stream) ?? []), row]);
  const names = new Set([...seen.keys(), ...rows.keys()]);
  return [...names].map((stream) => ({ stream, rows: rows.get(stream) ?? [], seen: seen.get(stream) ?? null }));
}

/**
 * Ids that were due on a desired stream and that the handler never saw: from the first id of its first subscription
 * to the end of its last one, whether or not a connection was there to carry them.
 */
export function lostIds(launch: LaunchSample): number {
  return streamAccounts(launch).reduce((sum, account) => sum + lostOf(account), 0);
}

function lostOf({ rows, seen }: StreamAccount): number {
  const ended = rows.flatMap((row) => (row.untilId === null ? [] : [row.untilId]));
  if (rows.length === 0 || ended.length === 0) return 0;
  const first = Math.min(...rows.map((row) => row.fromId));
  const last = Math.max(...ended) - 1;
  const due = Math.max(0, last - first + 1);
  const got = new SequenceRanges(seen?.ids ?? []).overlap(first, last);
  return due - got;
}
