import type { Activity } from './activity.js';
import { cannotTell, type Finding, found, type Subject } from './finding.js';
import type { Machine } from './machine.js';
import { familyOf, type ProcessTimes, titleOf } from './processes.js';

const OTHERS: Subject = {
  id: 'other-load',
  unit: '%',
  effect:
    'other programs ran on the usable cores: every timing contains waiting for them, CPU an operation their cache misses',
  remedy: 'stop what is named, or give it other cores',
};

/** Shares of the usable cores' time, in percent. */
const NOTE = 2;
const WARN = 5;
const BAD = 25;
const NAMED = 3;

/** What processes that are not ours used of the usable cores between two moments, and which they were. */
export function otherLoad(before: Activity, after: Activity, machine: Machine): Finding {
  const use = usedBetween(before, after, machine.pid);
  if (use === null) return cannotTell(OTHERS, 'no /proc/stat, or no processes in /proc');
  const percent = Math.round((1000 * use.others) / use.total) / 10;
  const severity = percent >= BAD ? 'bad' : percent >= WARN ? 'warn' : percent >= NOTE ? 'note' : 'ok';
  const names = use.users
    .filter(({ ticks }) => (100 * ticks) / use.total >= 0.5)
    .slice(0, NAMED)
    .map((one) => `${titleOf(machine, one)} (${one.pid}) ${((100 * one.ticks) / use.total).toFixed(1)} %`);
  const who = names.length > 0 ? `: ${names.join(', ')}` : '';
  return found(OTHERS, severity, percent, `${percent.toFixed(1)} % of the usable cores' time${who}`);
}

interface Use {
  readonly total: number;
  readonly others: number;
  /** Those at work, busiest first. */
  readonly users: readonly ProcessTimes[];
}

/**
 * Two counts, of which the larger is taken. All work less our own misses nobody, be it another container's; but the
 * kernel counts all work by looking at each tick (4 ms), so that short work hides between two. The sum over processes
 * is exact for each that /proc shows at the end and that ran on a usable core last.
 */
function usedBetween(before: Activity, after: Activity, pid: number): Use | null {
  if (!before.cpu || !after.cpu || !before.processes || !after.processes) return null;
  const total = after.cpu.total - before.cpu.total;
  if (total <= 0) return null;
  const used = spent(before.processes, after.processes);
  const ours = new Set([...familyOf(before.processes, pid), ...familyOf(after.processes, pid)]);
  const own = sum(used.filter((one) => ours.has(one.pid)).map(({ ticks, childTicks }) => ticks + childTicks));
  const users = used
    .filter((one) => !ours.has(one.pid) && one.ticks > 0 && (after.usable?.includes(one.core) ?? true))
    .toSorted((a, b) => b.ticks - a.ticks);
  const leftOver = after.cpu.working - before.cpu.working - own;
  return { total, others: Math.max(0, leftOver, sum(users.map(({ ticks }) => ticks))), users };
}

/** The processes that are there after, each with what it used since before. */
function spent(before: readonly ProcessTimes[], after: readonly ProcessTimes[]): ProcessTimes[] {
  const earlier = new Map(before.map((one) => [one.pid, one]));
  return after.map((one) => {
    const then = earlier.get(one.pid);
    // A smaller count is another process under the same id.
    if (then === undefined || then.ticks > one.ticks) return one;
    return { ...one, ticks: one.ticks - then.ticks, childTicks: one.childTicks - then.childTicks };
  });
}

function sum(ticks: readonly number[]): number {
  return ticks.reduce((total, one) => total + one, 0);
}
