export { createTracker } from './tracker.js';
export type { Sequenced, SequenceGap, SequenceReset, SequenceTracker, SequenceVerdict } from './verdict.js';
