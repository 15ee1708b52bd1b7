import { SequenceRanges } from '../../../dist/base/index.js';

/**
 * What became of one stream. Trades of a symbol are numbered without holes, so that what is missing between the first
 * and the last seen is lost. Interruptions are [since, acknowledged again, first message], in milliseconds from the fault.
 */
export function accountOf({ seen, gaps, interruptions, ...stream }, injectedAtMs, sent, lastedMs) {
  const after = (ms) => (ms === undefined ? null : Math.round((ms - injectedAtMs) * 10) / 10);
  const holes = seen.ranges.slice(1).map(([first], index) => [seen.ranges[index][1] + 1, first - 1]);
  const lost = holes.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const covered = holes.reduce((sum, [first, last]) => sum + gaps.overlap(first, last), 0);
  const ledger = new SequenceRanges(sent);
  const unknown = seen.ranges.reduce((sum, [first, last]) => sum + last - first + 1 - ledger.overlap(first, last), 0);
  return {
    perSecond: Math.round(((stream.messages + lost) * 1e3) / lastedMs),
    lost,
    unreported: lost - covered,
    overReported: gaps.size - covered,
    messages: stream.messages,
    repeated: stream.repeated,
    disordered: stream.disordered,
    gapsTold: stream.gapsTold,
    /** Seen, and not in the ledger: then the witnesses disagree. */
    unknown,
    interruptions: interruptions.map(({ beganAtMs, acknowledgedAtMs, endedAtMs }) => [
      after(beganAtMs),
      after(acknowledgedAtMs),
      after(endedAtMs),
    ]),
  };
}
