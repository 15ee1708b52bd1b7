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

function hrtimeMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

// performance.now() is cheap but starts at process start; hrtime is system-wide. Both read CLOCK_MONOTONIC,
// so one offset taken at load makes the cheap one comparable between processes.
const offset = hrtimeMs() - performance.now();

/** The machine's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now() + offset,
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
