import { hodgesLehmann, signedRankInterval } from '../dist/statistics/index.js';

/**
 * Measures one ratio: ours and the peer in ABBA rounds (BAAB in every other), so that a drift of the machine reaches
 * both alike. A round gives one log-ratio; value and interval are the Hodges–Lehmann estimate over rounds and the
 * inverted exact signed-rank test, as in the program's own gate. A bound holds only when the whole interval keeps it.
 *
 * A ratio is { id, note, bound: { op: '>=' | '<=', value }, open(): Promise<{ ours, peer, close }> }, where `ours` and
 * `peer` each measure one slice and give a positive number in the same unit.
 */
export async function measureRatio(ratio, rounds) {
  const sides = await ratio.open();
  const logRatios = [];
  try {
    // One round to warm the code of both sides; it does not count.
    await measureRound(sides, true);
    for (let round = 0; round < rounds; round += 1) logRatios.push(await measureRound(sides, round % 2 === 0));
  } finally {
    await sides.close();
  }
  const { low, high } = signedRankInterval(logRatios);
  const interval = [Math.exp(low), Math.exp(high)];
  return {
    id: ratio.id,
    value: Math.exp(hodgesLehmann(logRatios)),
    interval,
    bound: ratio.bound,
    holds: ratio.bound.op === '>=' ? interval[0] >= ratio.bound.value : interval[1] <= ratio.bound.value,
    note: ratio.note,
  };
}

async function measureRound({ ours, peer }, oursFirst) {
  const [outer, inner] = oursFirst ? [ours, peer] : [peer, ours];
  const slices = [await outer(), await inner(), await inner(), await outer()].map(Math.log);
  const outerOverInner = (slices[0] + slices[3] - slices[1] - slices[2]) / 2;
  return oursFirst ? outerOverInner : -outerOverInner;
}
