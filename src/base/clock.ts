/** Handle of a pending timer; opaque, to be given back to `clearTimeout` of the clock that made it. */
export type TimerHandle = unknown;

/** Time as the program sees it. Everything that waits or measures takes one, so that tests can own the time. */
export interface Clock {
  /** Monotonic time in milliseconds (fractional). Comparable between processes of one machine. */
  now(): number;
  /** Calls `callback` once after at least `delayMs`. */
  setTimeout(callback: () => void, delayMs: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
}

// Bound once: looked up through the global object each call costs a sixth more.
const sinceStart = performance.now.bind(performance);

// performance.now() is cheap but starts at process start; hrtime is system-wide. Both read CLOCK_MONOTONIC, so one
// offset makes the cheap one comparable between processes. Of several pairs of readings the one closest together is
// taken: between two readings the process may lose the processor.
const offset = closestOffset(16);

function closestOffset(pairs: number): number {
  let closest = { apartMs: Number.POSITIVE_INFINITY, offset: 0 };
  for (let pair = 0; pair < pairs; pair += 1) {
    const before = sinceStart();
    const [seconds, nanoseconds] = process.hrtime();
    const after = sinceStart();
    const apartMs = after - before;
    if (apartMs < closest.apartMs) {
      closest = { apartMs, offset: seconds * 1e3 + nanoseconds / 1e6 - (before + after) / 2 };
    }
  }
  return closest.offset;
}

/** The machine's monotonic clock. */
export const systemClock: Clock = {
  now: () => sinceStart() + offset,
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (handle) => {
    clearTimeout(handle as NodeJS.Timeout);
  },
};

/** Time of day in milliseconds since 1970, with fractions; for message stamps only, never for durations. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Resolves after `delayMs` of the clock's time; rejects with the signal's reason when aborted first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      clock.clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
