import type { Scenario } from './schema.js';

/** After how many launch pairs a run of the scenario may stop, ascending; the last number is the most that it takes. */
export function plannedLooks({ pairs, extendTo = [] }: Scenario['sampling']): readonly number[] {
  return [pairs, ...extendTo];
}
