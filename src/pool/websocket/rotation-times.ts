import { type Clock, type Random, wallClockMs } from '../../base/index.js';

/** A span of each day, or of any other period, in milliseconds; periods begin with the epoch, days at midnight UTC. */
export interface RotationWindow {
  /** Length of the period (default a day). */
  readonly everyMs?: number;
  readonly fromMs: number;
  /** Below `fromMs` for a window that reaches into the next period. */
  readonly toMs: number;
}

export interface RotationTimes {
  readonly clock: Clock;
  readonly random: Random;
  /** The venue cuts connections of this age. */
  readonly maxAgeMs: number;
  /** Connections are replaced at least so long before that … */
  readonly beforeMs: number;
  /** … at a random moment of the time before, this long, so that they are not replaced together. */
  readonly spreadMs: number;
  readonly window?: RotationWindow;
  /** Time of day for windows, in milliseconds since the epoch (default the system's). */
  readonly wallClock?: () => number;
}

const DAY_MS = 86_400_000;

/**
 * When to replace a connection, on the pool's clock: at a random moment of the last window that is over in time, or
 * else shortly before the deadline.
 */
export function rotationDueMs(openedAtMs: number, times: RotationTimes): number {
  const { clock, random, maxAgeMs, beforeMs, spreadMs, window, wallClock = wallClockMs } = times;
  const deadlineMs = openedAtMs + maxAgeMs - beforeMs;
  const now = clock.now();
  if (window) {
    const offsetMs = wallClock() - now;
    const span = lastSpan(window, now + offsetMs, deadlineMs + offsetMs);
    if (span) return span.fromMs - offsetMs + random.next() * (span.toMs - span.fromMs);
  }
  return deadlineMs - random.next() * spreadMs;
}

/** The last part of a window between two times of day, if there is any. */
function lastSpan(
  { everyMs = DAY_MS, fromMs, toMs }: RotationWindow,
  afterMs: number,
  beforeMs: number,
): { fromMs: number; toMs: number } | undefined {
  const lengthMs = toMs > fromMs ? toMs - fromMs : toMs - fromMs + everyMs;
  const lastMs = Math.floor((beforeMs - fromMs) / everyMs) * everyMs + fromMs;
  return [lastMs, lastMs - everyMs]
    .map((startMs) => ({ fromMs: Math.max(startMs, afterMs), toMs: Math.min(startMs + lengthMs, beforeMs) }))
    .find((span) => span.toMs > span.fromMs);
}
