import type { Need, Needs } from '../doctor/index.js';
import { type LoadedScenario, plannedWork, type Scenario } from '../scenario/index.js';

/** Node's own files, listeners, channels between the processes. */
const FILES_OF_A_PROCESS = 100;
const MINUTE_MS = 60_000;

/** What the scenarios ask of the machine at most; null without any. Upper bounds. */
export function needsOf(scenarios: readonly LoadedScenario[]): Needs | null {
  const most = (countIn: (scenario: Scenario) => number): Need | undefined =>
    scenarios
      .map(({ scenario }) => ({ scenario: scenario.name, count: countIn(scenario) }))
      .toSorted((a, b) => b.count - a.count)[0];
  const [openFiles, dialsAtOnce, dialsAMinute] = [most(filesIn), most(dialsAtOnceIn), most(dialsAMinuteIn)];
  return openFiles && dialsAtOnce && dialsAMinute ? { openFiles, dialsAtOnce, dialsAMinute } : null;
}

// The exchange holds the idle arms' connections as well as those of the one at work.
function filesIn(scenario: Scenario): number {
  return plannedWork(scenario).peakConnections * Object.keys(scenario.arms).length + FILES_OF_A_PROCESS;
}

function dialsAtOnceIn(scenario: Scenario): number {
  return plannedWork(scenario).peakConnections;
}

// As if every operation dialled, which those of the unpooled arms do.
function dialsAMinuteIn(scenario: Scenario): number {
  const { operations, durationMs } = plannedWork(scenario);
  return Math.ceil(operations / Math.max(1, durationMs / MINUTE_MS));
}
