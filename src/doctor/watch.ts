import { activityOf } from './activity.js';
import type { Finding } from './finding.js';
import type { Machine } from './machine.js';
import { otherLoad } from './other-load.js';
import { steal } from './steal.js';
import { swapping } from './swap.js';
import { throttling } from './throttling.js';

/** Watches the machine from now on: costs a reading of its counters now, and one when it is asked to tell. */
export function watch(machine: Machine): () => readonly Finding[] {
  const before = activityOf(machine);
  return () => {
    const after = activityOf(machine);
    return [
      otherLoad(before, after, machine),
      steal(before, after),
      throttling(before, after),
      swapping(before, after),
    ];
  };
}
