export type { GcKind } from './gc-pauses.js';
export { MemoryProfiler, type MemoryProfilerOptions, type MemoryReport, type PauseSummary } from './memory-profiler.js';
export { compareSnapshots, type MemoryComparison, type MemorySnapshot } from './snapshot.js';
