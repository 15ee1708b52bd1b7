import type { Clock } from '../base/index.js';
import { sleep } from '../base/index.js';
import { cannotTell, type Finding, found, type Subject } from './finding.js';

/** Passes the turn to the event loop once, as `setImmediate` does. */
export type NextTurn = () => Promise<void>;

export const nextTurn: NextTurn = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** How much later than due each of `count` timers of 1 ms fired, in ms; fewer, but one, when `withinMs` is over. */
export async function timerLateness(clock: Clock, count: number, withinMs: number): Promise<readonly number[]> {
  const endMs = clock.now() + withinMs;
  const late: number[] = [];
  do {
    const dueMs = clock.now() + 1;
    await sleep(clock, 1);
    late.push(clock.now() - dueMs);
  } while (late.length < count && clock.now() < endMs);
  return late;
}

/** How long each of `count` turns of an idle event loop took, in ms. */
export async function turnTimes(clock: Clock, turn: NextTurn, count: number): Promise<readonly number[]> {
  const took: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const beganMs = clock.now();
    await turn();
    took.push(clock.now() - beganMs);
  }
  return took;
}

const TIMERS: Subject = {
  id: 'timers',
  unit: 'ms',
  effect: 'requests start later than their arrival time, and deadlines fire later: response times, failover times',
  remedy: 'stop what keeps the cores busy (other-load, steal), or the kernel’s timer slack and power saving',
};

/** Node's timers count whole milliseconds, so an idle machine is up to about 1.2 ms late. Medians, in ms. */
const WARN_LATE_MS = 2;
const BAD_LATE_MS = 10;

/** Lateness of timers of 1 ms, in ms. */
export function timers(lateMs: readonly number[]): Finding {
  const [median, most] = [medianOf(lateMs), Math.max(...lateMs)];
  if (median === null) return cannotTell(TIMERS, 'no timer fired');
  const severity = median >= BAD_LATE_MS ? 'bad' : median >= WARN_LATE_MS ? 'warn' : 'ok';
  const measured = `1 ms timers late by ${median.toFixed(2)} ms (median of ${lateMs.length}), at most ${most.toFixed(2)}`;
  return found(TIMERS, severity, round(median), measured);
}

const TURNS: Subject = {
  id: 'event-loop-turn',
  unit: 'ms',
  effect: 'an idle turn of the event loop is expensive: CPU an operation, and latencies of everything that takes turns',
  remedy: 'look at node-flags: a debugger, coverage or a profiler slows every turn',
};

const WARN_TURN_MS = 0.1;
const BAD_TURN_MS = 1;

/** Times of turns of an idle event loop, in ms. */
export function eventLoopTurn(tookMs: readonly number[]): Finding {
  const median = medianOf(tookMs);
  if (median === null) return cannotTell(TURNS, 'no turn was taken');
  const severity = median >= BAD_TURN_MS ? 'bad' : median >= WARN_TURN_MS ? 'warn' : 'ok';
  return found(
    TURNS,
    severity,
    round(median),
    `setImmediate after ${median.toFixed(4)} ms (median of ${tookMs.length})`,
  );
}

function medianOf(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;
}

function round(ms: number): number {
  return Math.round(ms * 1e4) / 1e4;
}
