import type { SequenceRule } from '../protocol.js';
import { NumberedTracker } from './numbered-tracker.js';
import { predecessors } from './predecessors.js';
import { UnnumberedTracker } from './unnumbered-tracker.js';
import type { SequenceTracker } from './verdict.js';

/** A tracker for one stream with this rule. */
export function createTracker(rule: SequenceRule): SequenceTracker {
  return rule === 'none' ? new UnnumberedTracker() : new NumberedTracker(predecessors[rule]);
}
