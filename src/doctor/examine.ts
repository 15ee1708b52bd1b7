import type { Clock } from '../base/index.js';
import { clockResolution, clockStepMs } from './clocks.js';
import type { Finding } from './finding.js';
import { loopback, loopbackAddresses, loopbackV6, type Reached, reach } from './loopback.js';
import type { Machine } from './machine.js';
import type { Needs } from './needs.js';
import { longestStallMs, stall } from './stall.js';
import { standing } from './standing.js';
import { eventLoopTurn, nextTurn, timerLateness, timers, turnTimes } from './timers.js';
import { watch } from './watch.js';

export interface ExamineOptions {
  readonly machine: Machine;
  readonly clock: Clock;
  /** Of the most demanding planned scenario; null when none is known. */
  readonly needs: Needs | null;
  /** Directory that reports are written to. */
  readonly out: string;
}

/** How long the whole examination looks at what the machine does. */
const WATCH_MS = 1000;
const TURNS = 200;
const TIMERS = 20;
const ROUND_TRIPS = 20;
/** A busy machine gets fewer samples, so that it does not wait longer. */
const SAMPLING_MS = 40;
/** A loopback that takes longer is as good as none. */
const ANSWER_MS = 1000;

/** Everything, with a second of watching. */
export async function examine(options: ExamineOptions): Promise<readonly Finding[]> {
  const atOnce = await examineQuickly(options);
  const tell = watch(options.machine);
  const longestMs = await longestStallMs(options.clock, WATCH_MS);
  return [...atOnce, ...tell(), stall(longestMs, WATCH_MS)];
}

/** All that can be told at once; a run, which is watched from its start to its end, begins with this. Some 60 ms. */
export async function examineQuickly({ machine, clock, needs, out }: ExamineOptions): Promise<readonly Finding[]> {
  const reached = (address: string): Promise<Reached> =>
    reach(clock, { address, trips: ROUND_TRIPS, tripsWithinMs: SAMPLING_MS / 2, timeoutMs: ANSWER_MS });
  return [
    ...standing(machine, needs, out),
    clockResolution(clockStepMs(clock)),
    timers(await timerLateness(clock, TIMERS, SAMPLING_MS)),
    eventLoopTurn(await turnTimes(clock, nextTurn, TURNS)),
    loopback(await reached('127.0.0.1')),
    loopbackAddresses(await reached('127.0.0.2')),
    loopbackV6(await reached('::1')),
  ];
}
