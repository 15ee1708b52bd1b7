export { observe, type Observed } from './observe.js';
export { type ObservedSite, type ObserveOptions, type TimedFault } from './options.js';
export { observedFaults, observedSite, type ObserveWishes } from './plan.js';
export { observationRecord, type ObservationIdentity } from './record.js';
