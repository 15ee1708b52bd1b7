export { allowedCores, ChildChannel } from './child-channel.js';
export { type Clock, type TimerHandle, sleep, systemClock, wallClockMs } from './clock.js';
export { type ErrorCode, MpBenchError, type Problem, type SourceLocation } from './errors.js';
export { FakeClock } from './fake-clock.js';
export { LatencyHistogram, type SparseCounts } from './latency-histogram.js';
export { SequenceRanges } from './sequence-ranges.js';
export { type Random, seededRandom } from './random.js';
export { parseDurationMs } from './units.js';
