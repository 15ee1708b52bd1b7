import type { ArmRecord } from '../record/record.js';
import type { TargetSpec } from './spec.js';

/** Failures of the compared arm below which a ratio of error rates says nothing. */
const FEWEST_FAILURES = 30;

const ATTEMPTED: Readonly<Record<string, string>> = { operationErrorRate: 'operations', attemptErrorRate: 'attempts' };

/** Why the error rates of a target are too thin to be compared; undefined when they are not, or it is no error rate. */
export function tooFewFailures(
  target: TargetSpec,
  against: string,
  arms: Readonly<Record<string, ArmRecord>>,
): string | undefined {
  const attempted = ATTEMPTED[target.metric];
  if (attempted === undefined) return undefined;
  const rate = arms[against]?.metrics[target.metric];
  const total = arms[against]?.metrics[attempted];
  if (typeof rate !== 'number' || typeof total !== 'number') {
    return `The record does not hold how many ${attempted} of ${against} failed, and it takes ${FEWEST_FAILURES}.`;
  }
  const failures = Math.round(rate * total);
  if (failures >= FEWEST_FAILURES) return undefined;
  return `Only ${failures} ${attempted} of ${against} failed; a ratio of error rates takes ${FEWEST_FAILURES}.`;
}
