import { studentQuantile } from '../statistics/index.js';
import { failLevel, PASS_LEVEL } from './levels.js';
import { more, percent } from './wording.js';

const OUT_OF_REACH = 100;

export interface OpenRuns {
  /** Stored runs. */
  readonly runs: number;
  /** Standard deviation of a stored run's log-ratio, and of this run's as its own pairs show it; the larger one counts. */
  readonly between: number;
  readonly within: number;
  /** How far the measured run lies inside what would PASS, as a log-ratio; negative when outside. */
  readonly towardsPass: number;
  /** The same for FAIL. */
  readonly towardsFail: number;
  readonly judged: number;
}

/**
 * What would settle a run that the stored ones leave open, in a sentence: how many more of them at the spread seen make
 * the prediction bound for one further run narrow enough, if that run comes out as this one did.
 */
export function whatRunsWouldSettle(question: OpenRuns): string {
  const fail = failLevel(question.judged);
  const spread = Math.max(question.between, question.within);
  const pairs =
    question.within > question.between
      ? ' More pairs a run would do it too: those of this run spread more than the runs do.'
      : '';
  const reaches = (distance: number, level: number, runs: number): boolean =>
    distance >= studentQuantile(level, runs - 1) * spread * Math.sqrt(1 + 1 / runs);
  for (let runs = question.runs + 1; runs <= OUT_OF_REACH; runs += 1) {
    if (reaches(question.towardsPass, PASS_LEVEL, runs) || reaches(question.towardsFail, fail, runs)) {
      return `About ${more(runs - question.runs, 'stored runs')} at that spread would settle it.${pairs}`;
    }
  }
  return `No sensible number of stored runs settles it while runs differ by ${percent(spread)}.${pairs}`;
}
