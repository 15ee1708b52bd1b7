import type { ArmRecord } from '../record/record.js';
import type { TargetSpec } from './spec.js';
import { more } from './wording.js';

/** Failures of the compared arm below which a ratio of error rates says nothing. */
const FEWEST_FAILURES = 30;

const ATTEMPTED: Readonly<Record<string, string>> = { operationErrorRate: 'operations', attemptErrorRate: 'attempts' };

/** Why a target cannot be judged, and the launch pairs in all that would change that at the rate seen. */
export interface TooFew {
  readonly reason: string;
  readonly pairsToSettle?: number;
}

/** Why the error rates of a target are too thin to be compared; undefined when they are not, or it is no error rate. */
export function tooFewFailures(
  target: TargetSpec,
  against: string,
  arms: Readonly<Record<string, ArmRecord>>,
): TooFew | undefined {
  const attempted = ATTEMPTED[target.metric];
  if (attempted === undefined) return undefined;
  const other = arms[against];
  const rate = other?.metrics[target.metric];
  const total = other?.metrics[attempted];
  if (other === undefined || typeof rate !== 'number' || typeof total !== 'number') {
    const reason = `The record does not hold how many ${attempted} of ${against} failed, and it takes ${FEWEST_FAILURES}.`;
    return { reason };
  }
  const failures = Math.round(rate * total);
  if (failures >= FEWEST_FAILURES) return undefined;
  if (failures === 0) {
    const cause = `No ${attempted} of ${against} failed; a ratio of error rates takes ${FEWEST_FAILURES} failures.`;
    return { reason: `${cause} Only faults or a load under which they do would settle it.` };
  }
  const pairs = Math.ceil((FEWEST_FAILURES * other.launches) / failures);
  const seen = `Only ${failures} ${attempted} of ${against} failed; a ratio of error rates takes ${FEWEST_FAILURES}.`;
  const settle = `About ${more(pairs - other.launches, 'pairs')} at that rate would bring them.`;
  return { reason: `${seen} ${settle}`, pairsToSettle: pairs };
}
