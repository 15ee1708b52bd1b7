/** The process's memory at one moment, in bytes. */
export interface MemorySnapshot {
  readonly label: string;
  readonly atMs: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly externalBytes: number;
  readonly arrayBuffersBytes: number;
  /** Whether garbage was collected just before; without that, `heapUsedBytes` includes what is merely not swept yet. */
  readonly collected: boolean;
}

/** What changed between two snapshots, in bytes; positive is growth. */
export interface MemoryComparison {
  readonly from: string;
  readonly to: string;
  readonly elapsedMs: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly externalBytes: number;
  readonly arrayBuffersBytes: number;
  /** True when garbage was collected before both: otherwise the heap's difference may be garbage. */
  readonly comparable: boolean;
}

/** Reads the process's memory, after a forced collection where node runs with `--expose-gc`. */
export function takeSnapshot(label: string, atMs: number): MemorySnapshot {
  const collected = typeof globalThis.gc === 'function';
  globalThis.gc?.();
  const usage = process.memoryUsage();
  return {
    label,
    atMs,
    rssBytes: usage.rss,
    heapUsedBytes: usage.heapUsed,
    externalBytes: usage.external,
    arrayBuffersBytes: usage.arrayBuffers,
    collected,
  };
}

export function compareSnapshots(from: MemorySnapshot, to: MemorySnapshot): MemoryComparison {
  return {
    from: from.label,
    to: to.label,
    elapsedMs: to.atMs - from.atMs,
    rssBytes: to.rssBytes - from.rssBytes,
    heapUsedBytes: to.heapUsedBytes - from.heapUsedBytes,
    externalBytes: to.externalBytes - from.externalBytes,
    arrayBuffersBytes: to.arrayBuffersBytes - from.arrayBuffersBytes,
    comparable: from.collected && to.collected,
  };
}
