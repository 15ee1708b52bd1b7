/** A judgement in the course of a run that may stop after some of its pairs. */
export interface Look {
  /** Launch pairs measured so far. */
  readonly taken: number;
  /** After how many pairs a judgement was planned, before the first of them; ascending. */
  readonly planned: readonly number[];
}

/**
 * The part of an error rate that belongs to a look: the increments of α ln(1 + (e − 1) t), t being the part of the last
 * look's pairs, which sum up to α. Each is used as the level of a test of its own, so that the looks together err in at
 * most α of all runs whatever their dependence (Bonferroni). Without a plan a run looks once.
 * Source: Lan & DeMets, Discrete sequential boundaries for clinical trials, Biometrika 70 (1983), α₂*.
 */
export function spentShare(look?: Look): number {
  const last = look?.planned.at(-1);
  if (look === undefined || last === undefined) return 1;
  const spent = (pairs: number): number => Math.log1p((Math.E - 1) * (pairs / last));
  const index = look.planned.findLastIndex((pairs) => pairs <= look.taken);
  return spent(look.planned[Math.max(0, index)] ?? last) - spent(look.planned[index - 1] ?? 0);
}

/** The next look of a run that was not settled; undefined when there is none, for a run is never extended further. */
export function nextLook({ taken, planned }: Look): number | undefined {
  return planned.find((pairs) => pairs > taken);
}
