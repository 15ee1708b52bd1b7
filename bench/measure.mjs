import { hodgesLehmann, signedRankInterval } from '../dist/statistics/index.js';

/**
 * A ratio is { id, note, bound: { op: '>=' | '<=', value }, open(): Promise<{ ours, peer, close }> }, where `ours` and
 * `peer` each measure one slice and give a positive number in the same unit; without a bound it is shown and not judged.
 */

/**
 * One launch: both sides opened in this process and measured in two rounds, ABBA and BAAB, so that a drift of the
 * machine reaches both alike. Gives the log of the ratio, and of each side's own value.
 */
export async function measureLaunch(ratio) {
  const sides = await ratio.open();
  try {
    // One round to warm the code of both sides; it does not count.
    await measureRound(sides, true);
    const rounds = [await measureRound(sides, true), await measureRound(sides, false)];
    const mean = (side) => (rounds[0][side] + rounds[1][side]) / 2;
    return { logRatio: mean('ours') - mean('peer'), logOurs: mean('ours'), logPeer: mean('peer') };
  } finally {
    await sides.close();
  }
}

async function measureRound({ ours, peer }, oursFirst) {
  const [outer, inner] = oursFirst ? [ours, peer] : [peer, ours];
  const slices = [await outer(), await inner(), await inner(), await outer()].map(Math.log);
  const [outside, inside] = [(slices[0] + slices[3]) / 2, (slices[1] + slices[2]) / 2];
  return oursFirst ? { ours: outside, peer: inside } : { ours: inside, peer: outside };
}

/**
 * Launches are what is independent: how a process compiles its code stays with it. Value and interval are the
 * Hodges–Lehmann estimate over launches and the inverted exact signed-rank test, as in the program's own gate. A bound
 * holds only when the whole interval keeps it.
 */
export function judge({ id, note, bound }, launches) {
  const logRatios = launches.map(({ logRatio }) => logRatio);
  const { low, high } = signedRankInterval(logRatios);
  const interval = [Math.exp(low), Math.exp(high)];
  const typical = (side) => Math.exp(hodgesLehmann(launches.map((launch) => launch[side])));
  return {
    id,
    note,
    ours: typical('logOurs'),
    peer: typical('logPeer'),
    value: Math.exp(hodgesLehmann(logRatios)),
    interval,
    bound,
    holds: bound && (bound.op === '>=' ? interval[0] >= bound.value : interval[1] <= bound.value),
  };
}
