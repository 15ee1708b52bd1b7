import { robustSpread, valuesForPower } from '../statistics/index.js';
import { failLevel, fewestFor, passLevel } from './levels.js';
import type { Look } from './look.js';
import { more } from './wording.js';

/** Share of runs of the size asked for that are to end in a PASS or a FAIL. */
const POWER = 0.8;
const OUT_OF_REACH = 1000;

export interface OpenQuestion {
  readonly values: readonly number[];
  /** How far the estimate lies inside what would PASS, in the values' unit; negative when outside. */
  readonly towardsPass: number;
  /** The same for FAIL. */
  readonly towardsFail: number;
  readonly judged: number;
  readonly look?: Look | undefined;
  /** What one value comes from. */
  readonly unit: 'launches' | 'pairs';
}

export interface Settlement {
  /** Values in all that are expected to settle it; null when no sensible number does. */
  readonly values: number | null;
  /** The same in a sentence, as how many more than there are, and what so few values can never show. */
  readonly sentence: string;
}

/**
 * What would settle an inconclusive row: how many values, at the estimate and the spread seen, make one of the two
 * tests reach its level in four runs of five. The power of the signed-rank test, solved for the number of values. It takes
 * both for true: rows that are open by chance look further from the limit than they are, and take more.
 */
export function whatWouldSettle(question: OpenQuestion): Settlement {
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
  if (needed > OUT_OF_REACH) {
    const sentence = `The estimate lies so near the limit that no sensible number of ${unit} settles it.${limits}`;
    return { values: null, sentence };
  }
  const missing = Math.max(1, needed - values.length);
  return {
    values: values.length + missing,
    sentence: `About ${more(missing, unit)} at the spread seen would settle it, four times in five if the estimate holds.${limits}`,
  };
}

function valuesNeeded(values: readonly number[], distance: number, level: number): number {
  if (!(distance > 0)) return Number.POSITIVE_INFINITY;
  const spread = robustSpread(values);
  if (spread === 0) return fewestFor(level);
  return valuesForPower({ effect: distance / spread, level }, POWER, OUT_OF_REACH);
}
