import type { Activity } from './activity.js';
import { cannotTell, type Finding, found, type Subject } from './finding.js';

const THROTTLING: Subject = {
  id: 'throttling',
  unit: 'periods',
  effect: 'the CPU quota stopped processes for up to 100 ms each time: p90 and above, failover times',
  remedy: 'no CPU limit for this job, or a higher one',
};

/** Times that a CPU quota stopped somebody in our control groups between two moments. */
export function throttling(before: Activity, after: Activity): Finding {
  if (before.throttledPeriods === null || after.throttledPeriods === null)
    return cannotTell(THROTTLING, 'the control groups do not count it');
  const periods = after.throttledPeriods - before.throttledPeriods;
  return found(THROTTLING, periods > 0 ? 'bad' : 'ok', periods, `stopped in ${periods} periods meanwhile`);
}
