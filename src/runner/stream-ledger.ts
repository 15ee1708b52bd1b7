import { SequenceRanges } from '../base/index.js';
import type { LedgerSubscription } from '../exchange/protocol.js';
import type { StreamTally } from './arm/messages.js';
import { common, type IdRanges, sizeOf, without } from './id-ranges.js';
import type { LaunchSample } from './launch.js';

/** One stream of a launch as both sides saw it. */
export interface StreamAccount {
  readonly stream: string;
  readonly rows: readonly LedgerSubscription[];
  readonly seen: StreamTally | null;
}

/** What became of the ids that were due on desired streams, in numbers of ids. */
export interface StreamLoss {
  /** Due, and never seen by the handler. */
  readonly lost: number;
  /** Of those, not covered by any gap that the client told of. */
  readonly unreported: number;
  /** Due and covered by a gap, and seen all the same. */
  readonly overReported: number;
  /** Lost although no connection was, by an exchange of connections or on one that was well. */
  readonly inHandover: number;
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
 * The loss of a launch. Ids are due from the first id of a stream's first subscription to the end of its last one,
 * whether or not a connection was there to carry them.
 */
export function lossOf(launch: LaunchSample): StreamLoss {
  const losses = streamAccounts(launch).map(lossOfStream);
  const sum = (value: (loss: StreamLoss) => number): number => losses.reduce((total, loss) => total + value(loss), 0);
  return {
    lost: sum(({ lost }) => lost),
    unreported: sum(({ unreported }) => unreported),
    overReported: sum(({ overReported }) => overReported),
    inHandover: sum(({ inHandover }) => inHandover),
  };
}

function lossOfStream({ rows, seen }: StreamAccount): StreamLoss {
  const due = dueOn(rows);
  const got = seen?.ids ?? [];
  const told = seen?.gaps ?? [];
  const lost = without(due, got);
  return {
    lost: sizeOf(lost),
    unreported: sizeOf(without(lost, told)),
    overReported: sizeOf(common(common(due, got), told)),
    inHandover: sizeOf(lostInHandover(rows, due, lost)),
  };
}

function dueOn(rows: readonly LedgerSubscription[]): IdRanges {
  const ended = rows.flatMap((row) => (row.untilId === null ? [] : [row.untilId]));
  if (rows.length === 0 || ended.length === 0) return [];
  const first = Math.min(...rows.map((row) => row.fromId));
  const last = Math.max(...ended) - 1;
  return first > last ? [] : [[first, last]];
}

/** Lost ids that a connection carried which was never lost, or that fell due between such a one and the next. */
function lostInHandover(rows: readonly LedgerSubscription[], due: IdRanges, lost: IdRanges): IdRanges {
  if (lost.length === 0) return [];
  const well = rows.filter(isWell);
  const carried = new SequenceRanges(well.flatMap(({ sent }) => sent));
  const live = new SequenceRanges(rows.flatMap(windowOf));
  for (const [first, last] of without(due, live.ranges)) if (isLeftInOrder(rows, first)) carried.add(first, last);
  return common(lost, carried.ranges);
}

/** Whether the last subscription that ended before an id fell due did so well, with all sent that was due. */
function isLeftInOrder(rows: readonly LedgerSubscription[], id: number): boolean {
  const before = rows.filter(({ untilId }) => untilId !== null && untilId <= id);
  const last = Math.max(...before.map(({ untilId }) => untilId ?? 0));
  return before.filter(({ untilId }) => untilId === last).every((row) => isWell(row) && isWhole(row));
}

function isWell({ lostAtMs }: LedgerSubscription): boolean {
  return lostAtMs === undefined;
}

function isWhole({ sent, fromId, untilId }: LedgerSubscription): boolean {
  return (sent.at(-1)?.[1] ?? fromId - 1) >= (untilId ?? fromId) - 1;
}

function windowOf({ fromId, untilId }: LedgerSubscription): IdRanges {
  return untilId !== null && untilId > fromId ? [[fromId, untilId - 1]] : [];
}
