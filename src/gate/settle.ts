import { normalQuantile, robustSpread } from '../statistics/index.js';
import { failLevel, fewestFor, passLevel } from './levels.js';
import type { Look } from './look.js';

// Pitman efficiency of the signed-rank test against the t-test for normal data (Hodges & Lehmann 1956).
const EFFICIENCY = 3 / Math.PI;
const OUT_OF_REACH = 1000;

export interface OpenQuestion {
  readonly values: readonly number[];
  /** How far the estimate lies inside what would PASS, in the values' unit; negative when outside. */
  readonly towardsPass: number;
  /** The same for FAIL. */
  readonly towardsFail: number;
  readonly judged: number;
  readonly look?: Look | undefined;
  /** What one value comes from, in the plural. */
  readonly unit: string;
}

/** What would settle an inconclusive row, in a sentence: how many more values at the spread seen, and of what. */
export function whatWouldSettle(question: OpenQuestion): string {
  const { values, judged, look, unit } = question;
  const [fail, pass] = [failLevel(judged, look), passLevel(look)];
  const fewest = fewestFor(fail);
  const limits =
    values.length < fewest
      ? ` A FAIL is impossible below ${fewest} ${unit} with ${judged} judged${values.length < fewestFor(pass) ? `, a PASS below ${fewestFor(pass)}` : ''}.`
      : '';
  const needed = Math.min(
    valuesNeeded(values, question.towardsPass, pass),
    valuesNeeded(values, question.towardsFail, fail),
  );
  if (needed > OUT_OF_REACH)
    return `The estimate lies so near the limit that no sensible number of ${unit} settles it.${limits}`;
  const more = Math.max(1, needed - values.length);
  return `About ${more} more ${unit} at the spread seen would settle it.${limits}`;
}

// The sample size at which a normal approximation of the test is expected to just reach the level.
function valuesNeeded(values: readonly number[], distance: number, level: number): number {
  if (!(distance > 0)) return Number.POSITIVE_INFINITY;
  const deviations = (normalQuantile(1 - level) * robustSpread(values)) / distance;
  return Math.max(fewestFor(level), Math.ceil(deviations ** 2 / EFFICIENCY));
}
