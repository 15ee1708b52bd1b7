import { type Clock, sleep } from '../base/index.js';
import { type Finding, found, type Subject } from './finding.js';

/** The longest time that a ticker of 1 ms had to wait beyond its due time, in ms, within `durationMs`. */
export async function longestStallMs(clock: Clock, durationMs: number): Promise<number> {
  const endMs = clock.now() + durationMs;
  let longest = 0;
  for (let dueMs = clock.now() + 1; dueMs <= endMs; dueMs = clock.now() + 1) {
    await sleep(clock, 1);
    longest = Math.max(longest, clock.now() - dueMs);
  }
  return longest;
}

const STALL: Subject = {
  id: 'stall',
  unit: 'ms',
  effect: 'a process that wanted to run was kept waiting: p99 and maxima of every latency, failover times',
  remedy: 'see steal, other-load, throttling and swapping for who did it',
};

const NOTE_MS = 5;
const WARN_MS = 20;
const BAD_MS = 100;

/** The longest stall of a ticker, in ms. */
export function stall(longestMs: number, durationMs: number): Finding {
  const severity = longestMs >= BAD_MS ? 'bad' : longestMs >= WARN_MS ? 'warn' : longestMs >= NOTE_MS ? 'note' : 'ok';
  const value = Math.round(longestMs * 100) / 100;
  return found(STALL, severity, value, `at most ${value.toFixed(2)} ms within ${durationMs / 1000} s of a 1 ms ticker`);
}
