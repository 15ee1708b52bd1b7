// One subscription as its consumer saw it, against what the exchange says it sent of that stream.
import { difference, intersection, setOf, sizeOf } from './ranges.mjs';

// A message may still be on its way when a fault has ended.
const SLACK_MS = 300;

/**
 * `record` is a Recorder's; `rows` are the ledger's subscriptions to its stream. Those whose acknowledgement the client
 * heard in the time of this record are marked `acknowledged`; `brokenAtMs` is when the client lost their connection, not
 * by its own doing. All counts are of ids; `faults` are those that were injected, `ackTimeoutMs` is the pool's.
 */
export function checkStream(record, rows, { faults, ackTimeoutMs }) {
  return record.rule === 'none' ? checkUnnumbered(record, rows) : checkNumbered(record, rows, { faults, ackTimeoutMs });
}

function checkNumbered(record, rows, { faults, ackTimeoutMs }) {
  const { rule, firstId, gaps } = record;
  const seen = setOf(record.ranges);
  const sent = setOf(rows.flatMap((row) => row.sent));
  const counts = emptyCounts(record);
  if (firstId === null) {
    // Nothing to tell a gap with: what was lost is told with the next message.
    return { counts: { ...counts, untold: sizeOf(ownedBy(rows)) }, losses: [] };
  }
  const span = [[seen[0][0], seen.at(-1)[1]]];
  const within = difference(span, seen);
  // Where numbers only rise, those that nobody ever sent do not exist.
  const missing = rule === 'rising' ? intersection(within, sent) : within;
  const told = setOf(gaps.flatMap((gap) => toldBy(gap)));
  const hidden = difference(missing, told).filter(
    (range) => rule === 'rising' && isHidden(timesOf(record, range), rows, faults),
  );
  const unreported = difference(difference(missing, told), hidden);
  const exact = setOf(gaps.filter((gap) => !gap.unknownLoss).flatMap((gap) => toldBy(gap)));
  const head = headOf(record, rows);
  const tail = tailOf(record, rows, ackTimeoutMs);
  const losses = [
    ...missing.map((range) => ({
      range,
      ...timesOf(record, range),
      unreported: sizeOf(intersection([range], unreported)),
    })),
    ...head.map((range) => ({
      range,
      began: record.subscribedAtMs,
      ended: record.firstAtMs,
      unreported: sizeOf([range]),
      where: 'head',
    })),
    ...tail.map((range) => ({
      range,
      began: record.lastAtMs,
      ended: record.endedAtMs,
      unreported: sizeOf([range]),
      where: 'tail',
    })),
  ];
  return {
    counts: {
      ...counts,
      lost: sizeOf(missing) + sizeOf(head) + sizeOf(tail),
      lostSent: sizeOf(intersection(missing, sent)) + sizeOf(head) + sizeOf(tail),
      reported: sizeOf(intersection(missing, told)),
      unreported: sizeOf(unreported) + sizeOf(head) + sizeOf(tail),
      hidden: sizeOf(hidden),
      over: sizeOf(difference(exact, missing)),
      falseAlarms: gaps.filter(
        (gap) => gap.unknownLoss && gap.lastGoodId !== null && sizeOf(intersection(toldBy(gap), missing)) === 0,
      ).length,
      unsent: sizeOf(difference(missing, sent)),
    },
    losses,
  };
}

/**
 * Streams without ids: when a connection breaks that alone carried the stream, the next message has to come with word of
 * a possible loss.
 */
function checkUnnumbered(record, rows) {
  const losses = rows
    .filter(
      (row) =>
        row.brokenAtMs !== undefined &&
        row.messagesSent > 0 &&
        !rows.some((other) => other !== row && overlap(row, other)),
    )
    .filter((row) => record.times.some((atMs) => atMs > row.brokenAtMs))
    .filter((row) => !record.gaps.some((gap) => gap.firstGoodAtMs >= row.brokenAtMs))
    .map((row) => ({
      range: [0, 0],
      began: row.brokenAtMs,
      ended: record.lastAtMs,
      unreported: 1,
      where: 'unnumbered',
    }));
  return { counts: { ...emptyCounts(record), lost: losses.length, unreported: losses.length }, losses };
}

/** Faults by which a connection brings a later message and not, or not yet, the one before. */
const SKIPPING = new Set(['reorder-messages', 'drop-messages']);

/**
 * Where numbers only rise, a message that comes too late, or over the second connection only, is dropped as if it had
 * been there, and nobody can know better: so it is under a fault that skips messages, as long as no connection broke.
 */
function isHidden({ began, ended }, rows, faults) {
  const during = ({ injectedAtMs, liftedAtMs }) =>
    injectedAtMs <= ended + SLACK_MS && (liftedAtMs ?? Number.POSITIVE_INFINITY) >= began - SLACK_MS;
  const broke = rows.some(({ brokenAtMs }) => brokenAtMs >= began && brokenAtMs <= ended);
  return !broke && faults.some((fault) => SKIPPING.has(fault.kind) && during(fault));
}

function emptyCounts({ messages, repeated, disordered, overlaps, steps, gaps }) {
  return {
    messages,
    steps,
    repeated: repeated.length,
    disordered: disordered.length,
    overlaps,
    gaps: gaps.length,
    lost: 0,
    lostSent: 0,
    unsent: 0,
    reported: 0,
    unreported: 0,
    hidden: 0,
    over: 0,
    falseAlarms: 0,
    untold: 0,
  };
}

function toldBy({ lastGoodId, firstGoodId }) {
  if (lastGoodId === null) return [[Number.MIN_SAFE_INTEGER, firstGoodId - 1]];
  return lastGoodId + 1 <= firstGoodId - 1 ? [[lastGoodId + 1, firstGoodId - 1]] : [];
}

/**
 * Ids sent before the first message, on connections that were known to carry the stream and broke before it. What was
 * merely overtaken at the very beginning (by another feed, or by a fault that reorders) is no part of the stream.
 */
function headOf({ firstId, firstAtMs, gaps }, rows) {
  if (gaps.some(({ lastGoodId }) => lastGoodId === null)) return [];
  const broken = rows.filter(({ acknowledged, brokenAtMs }) => acknowledged && brokenAtMs < firstAtMs);
  return difference(setOf(broken.flatMap((row) => row.sent)), [[firstId, Number.MAX_SAFE_INTEGER]]);
}

/**
 * Ids sent after the last one that was seen, on connections that unsubscribed in order: the answer came at the first
 * asking, and everything before it has to have been delivered. Who waits longer gives up at some time, or is cut off.
 */
function tailOf({ ranges, closedAtMs, endedAtMs }, rows, ackTimeoutMs) {
  if (endedAtMs === null || endedAtMs - closedAtMs >= ackTimeoutMs) return [];
  const orderly = rows.filter(
    ({ acknowledged, endedBy, lostAtMs, brokenAtMs }) =>
      acknowledged && endedBy === 'unsubscribe' && lostAtMs === undefined && brokenAtMs === undefined,
  );
  const lastId = Math.max(...ranges.map(([, last]) => last));
  return difference(setOf(orderly.flatMap((row) => row.sent)), [[Number.MIN_SAFE_INTEGER, lastId]]);
}

function ownedBy(rows) {
  return setOf(rows.filter(({ acknowledged }) => acknowledged).flatMap((row) => row.sent));
}

function overlap(row, other) {
  const end = row.brokenAtMs;
  return other.startedAtMs <= end && (other.endedAtMs ?? Number.POSITIVE_INFINITY) >= row.startedAtMs;
}

function timesOf({ jumps, gaps, subscribedAtMs, lastAtMs }, [first]) {
  const jump = jumps.find(([before, after]) => before < first && first < after);
  if (jump) return { began: jump[2], ended: jump[3] };
  const gap = gaps.find(({ lastGoodId, firstGoodId }) => (lastGoodId ?? -1) < first && first < firstGoodId);
  return gap ? { began: gap.lastGoodAtMs, ended: gap.firstGoodAtMs } : { began: subscribedAtMs, ended: lastAtMs };
}
